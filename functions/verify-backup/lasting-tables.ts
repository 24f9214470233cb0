import { matchesName } from '../../shared/plan/match-name.ts';
import type { StoredBackup } from '../../shared/plan/plan.ts';
import type { TableContents } from '../../shared/postgres-archive/dump-contents.ts';
import { familyKey, tableFamilies } from './table-families.ts';

const PASSING_SCHEMA = /^(?:tmp|temp|scratch|stage|staging)$/i;
/** Names that are given to what is made to go away; the second line is of tools that rebuild a table. */
const PASSING = [
  /(?:^|[_ -])tmp(?:[_ \d-]|$)|(?:^|[_ -])(?:old|bak|bkp)[_ \d-]*$|^(?:staging|scratch)$/i,
  /^_.+_(?:gho|ghc|del|new)$/,
];
/** Ends that are ordinary words: of something that goes away only beside the table that it is named after. */
const BESIDE =
  /^(.+)[_ -](?:temp|temporary|backup|copy|new|stage|staging|scratch|delete|drop|dropped)[_ \d-]*$/i;

type Named = Pick<TableContents, 'database' | 'name'>;

const placeOf = ({ database = '', name }: Named): string => JSON.stringify([database, name]);

const isPassing = (table: Named, places: ReadonlySet<string>): boolean => {
  const dot = table.name.indexOf('.');
  const [schema, name] = [table.name.slice(0, Math.max(0, dot)), table.name.slice(dot + 1)];
  if (PASSING_SCHEMA.test(schema) || PASSING.some((pattern) => pattern.test(name))) return true;
  const base = BESIDE.exec(table.name)?.[1];
  return base !== undefined && places.has(placeOf({ ...table, name: base }));
};

/**
 * Which tables of two dumps are there to stay: not those that the plan leaves out, and none that are made to
 * go away by their names, unless they held most of what there was. The same in both dumps.
 */
export const lastingIn = (
  before: readonly TableContents[],
  now: readonly TableContents[],
  { ignoreTables = [] }: Pick<StoredBackup, 'ignoreTables'>,
): ((table: Named) => boolean) => {
  const places = new Set([...before, ...now].map(placeOf));
  const all = before.reduce((sum, { bytes }) => sum + bytes, 0);
  const families = tableFamilies(before);
  const isMost = (table: Named): boolean => (families.get(familyKey(table))?.bytes ?? 0) * 2 > all;
  return (table) =>
    !ignoreTables.some((pattern) => matchesName(pattern, table.name)) &&
    (!isPassing(table, places) || isMost(table));
};
