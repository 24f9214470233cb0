import { IDENTIFIER, QUALIFIED } from './definition-words.ts';

/** Before PostgreSQL 12 a table could have oids of its own. */
const COPY = new RegExp(
  `^COPY (${QUALIFIED}) (?:\\((${IDENTIFIER}(?:, ${IDENTIFIER})*)\\))? (?:WITH OIDS )?FROM stdin;\n$`,
);

/** What a COPY statement says: the table, as it is written there, and how many columns it names, if any. */
export type CopyStatement = { table: string; columns?: number };

/**
 * The COPY statement of an entry; undefined where it is none that pg_dump writes.
 * Source: getTableData and fmtCopyColumnList of pg_dump.c.
 */
export const readCopyStatement = (statement: string): CopyStatement | undefined => {
  const [, table, columns] = COPY.exec(statement) ?? [];
  if (table === undefined) return undefined;
  // A quoted name may hold what separates names, and a quote of its own is written twice.
  const count = columns?.replaceAll(/"(?:[^"]|"")*"/g, '_').split(',').length;
  // A copy: what is cut out of a text keeps all of it in memory.
  const own = Buffer.from(table).toString();
  return { table: own, ...(count !== undefined && { columns: count }) };
};
