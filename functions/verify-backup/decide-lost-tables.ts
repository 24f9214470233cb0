import type { StoredBackup } from '../../shared/plan/plan.ts';
import type { ContentsDecision, ContentsFinding, ContentsInput } from './contents-finding.ts';
import { formatBytes } from './format-bytes.ts';
import { lastingIn } from './lasting-tables.ts';
import { type Family, tableFamilies } from './table-families.ts';
import { sameNames } from './verified.ts';

/** The data of COPY for an empty table: `\.` and its line ends. */
const EMPTY_BYTES = 5;
/** A table of fewer rows rises and falls by half on any day. */
const LEAST_ROWS = 100;
/** Of INSERTs, whose rows are not counted. */
const LEAST_BYTES = 10_000;
const NAMED = 10;

const sizeOf = ({ rows, bytes }: Family): number => rows ?? bytes;
const holdsRows = ({ rows, bytes, tables }: Family): boolean =>
  rows === undefined ? bytes > EMPTY_BYTES * tables : rows > 0;

/** Its name without schema and numbers, so that a table that moved to another schema is known again. */
const bareName = ({ name }: Family): string =>
  name.slice(name.lastIndexOf('.') + 1).replaceAll(/\d+/g, '#');

/** More new tables than these are not searched for one of as many rows: each pair would be compared. */
const SEARCHED = 1_000;

/**
 * Finds the new table that an old one became: of the same name in another schema, or of nearly as many
 * rows. Each new one is given out once.
 */
const createSuccessors = (fresh: readonly Family[]) => {
  const left = new Set(fresh);
  const byName = Map.groupBy(fresh, bareName);
  const isAlike = (a: Family, b: Family): boolean =>
    (a.rows === undefined) === (b.rows === undefined) &&
    Math.abs(sizeOf(a) - sizeOf(b)) <= sizeOf(a) / 10;
  return (gone: Family): boolean => {
    const named = byName.get(bareName(gone)) ?? [];
    while (named.length > 0) {
      const family = named.pop();
      if (family !== undefined && left.delete(family)) return true;
    }
    if (left.size > SEARCHED) return false;
    const similar = [...left].find((family) => isAlike(gone, family));
    return similar !== undefined && left.delete(similar);
  };
};

const inWords = (lost: readonly string[]): string => {
  const more = lost.length - NAMED;
  return lost.slice(0, NAMED).join(', ') + (more > 0 ? ` and ${more} more` : '');
};

const describe = ({ name, rows, tables }: Family): string =>
  `${name}${tables > 1 ? ` and ${tables - 1} like it` : ''}${rows === undefined ? '' : ` (${rows} rows)`}`;

const ACTION =
  'Find out who dropped or emptied them, and keep the backup before this one until you know. What comes and goes by design can be named in the plan: `ignore-tables: […]`.';

type Compared = { backup: StoredBackup; now: Map<string, Family>; before: Map<string, Family> };

const findVanished = ({ now, before }: Compared): ContentsFinding | undefined => {
  const fresh = [...now].filter(([key]) => !before.has(key)).map(([, family]) => family);
  const takeSuccessor = createSuccessors(fresh);
  const vanished = [...before]
    .filter(([key, family]) => !now.has(key) && holdsRows(family))
    .map(([, family]) => family)
    .sort((a, b) => b.bytes - a.bytes)
    .filter((family) => !takeSuccessor(family));
  if (vanished.length === 0) return undefined;
  return {
    reason: 'tables-vanished',
    severity: 'warning',
    finding: `lacks tables that the one before it had: ${inWords(vanished.map(describe))}`,
    action: ACTION,
  };
};

const sumBytes = (families: Map<string, Family>): number =>
  [...families.values()].reduce((sum, { bytes }) => sum + bytes, 0);

/** Rows where both were counted, bytes where neither was: those down to this share of what they were. */
const describeLost = (
  family: Family,
  old: Family,
  { rowsLeft, bytesLeft }: { rowsLeft: number; bytesLeft: number },
): string | undefined => {
  if (family.rows !== undefined && old.rows !== undefined)
    return old.rows >= LEAST_ROWS && family.rows <= old.rows * rowsLeft
      ? `${family.name} (${family.rows} after ${old.rows})`
      : undefined;
  if (family.rows !== undefined || old.rows !== undefined) return undefined;
  return old.bytes >= LEAST_BYTES && family.bytes <= old.bytes * bytesLeft
    ? `${family.name} (${formatBytes(family.bytes)} after ${formatBytes(old.bytes)})`
    : undefined;
};

const findLost = ({ backup, now, before }: Compared): ContentsFinding | undefined => {
  const rowsLeft = 1 - backup.shrinkWarningPercent / 100;
  // INSERTs that are all written shorter than before lost no rows.
  const bytesLeft = rowsLeft * Math.min(1, sumBytes(now) / sumBytes(before));
  const lost = [...before].flatMap(([key, old]) => {
    const family = now.get(key);
    const words = family && describeLost(family, old, { rowsLeft, bytesLeft });
    return words === undefined ? [] : [{ words, size: sizeOf(old) }];
  });
  if (lost.length === 0) return undefined;
  const words = lost.sort((a, b) => b.size - a.size).map((table) => table.words);
  return {
    reason: 'rows-lost',
    severity: 'warning',
    finding: `has tables that lost ${backup.shrinkWarningPercent}% of their rows or more: ${inWords(words)}`,
    action: ACTION,
  };
};

type Held = Pick<ContentsInput, 'contents' | 'previous'>;

/** Pure. Half a list says nothing of what is missing from it; nor does another database. */
export const areTablesComparable = ({ contents, previous }: Held): boolean => {
  const before = previous?.contents;
  if (contents === undefined || before === undefined) return false;
  if (contents.isTableListCut || before.isTableListCut) return false;
  return before.databases.length > 1 || sameNames(contents.databases, before.databases);
};

const compare = (find: (compared: Compared) => ContentsFinding | undefined): ContentsDecision => {
  return ({ backup, contents, previous }) => {
    const before = previous?.contents;
    if (contents === undefined || before === undefined) return undefined;
    // No table at all is said as `no-data`.
    if (!areTablesComparable({ contents, previous }) || contents.tables === 0) return undefined;
    const isLasting = lastingIn(before.tableList, contents.tableList, backup);
    return find({
      backup,
      now: tableFamilies(contents.tableList.filter(isLasting)),
      before: tableFamilies(before.tableList.filter(isLasting)),
    });
  };
};

/** Pure. Tables with rows that are gone since the dump before; not partitions, not what was renamed. */
export const decideVanishedTables = compare(findVanished);

/** Pure. Tables, partitions together, that lost most of their rows since the dump before. */
export const decideLostRows = compare(findLost);
