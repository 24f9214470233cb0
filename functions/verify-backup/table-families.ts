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

export const familyKey = ({ database, name }: Pick<TableContents, 'database' | 'name'>): string =>
  JSON.stringify([database ?? '', name.replaceAll(/\d+/g, '#')]);

/** By a key that two dumps share. */
export const tableFamilies = (tables: readonly TableContents[]): Map<string, Family> => {
  const families = new Map<string, Family>();
  for (const table of tables) {
    const { database, name, bytes, rows } = table;
    const key = familyKey(table);
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
