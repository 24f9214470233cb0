import { matchesName } from '../../shared/plan/match-name.ts';
import type { StoredBackup } from '../../shared/plan/plan.ts';
import type { TableContents } from '../../shared/postgres-archive/dump-contents.ts';

/** Tables whose names differ in numbers alone: partitions, which come and go, are one table. */
export type Family = {
  /** Of one of its tables. */
  name: string;
  tables: number;
  bytes: number;
  /** Absent where those of one table were not counted. */
  rows?: number;
};

/** By a key that two dumps share. */
export const tableFamilies = (tables: readonly TableContents[]): Map<string, Family> => {
  const families = new Map<string, Family>();
  for (const { database, name, bytes, rows } of tables) {
    const key = JSON.stringify([database ?? '', name.replaceAll(/\d+/g, '#')]);
    const known = families.get(key);
    const sum = known === undefined ? 0 : known.rows;
    families.set(key, {
      name: known?.name ?? (database === undefined ? name : `${database}: ${name}`),
      tables: (known?.tables ?? 0) + 1,
      bytes: (known?.bytes ?? 0) + bytes,
      ...(sum !== undefined && rows !== undefined && { rows: sum + rows }),
    });
  }
  return families;
};

/** Words in names of tables that are made to go away. */
const PASSING =
  /(^|[._ ])(tmp|temp|temporary|old|bak|backup|bkp|copy|new|stage|staging|scratch|delete|deleted|drop|dropped|gho|ghc|del)([._ \d]|$)/i;

/** Tables that are there to stay: not those that are made to go away, nor those that the plan leaves out. */
export const lastingTables = (
  tables: readonly TableContents[],
  { ignoreTables = [] }: Pick<StoredBackup, 'ignoreTables'>,
): TableContents[] =>
  tables.filter(
    ({ name }) =>
      !PASSING.test(name) && !ignoreTables.some((pattern) => matchesName(pattern, name)),
  );
