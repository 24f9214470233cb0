import { PGlite } from '@electric-sql/pglite';
import { pgDump } from '@electric-sql/pglite-tools/pg_dump';
import * as z from 'zod';
import type { Database, Dumper } from './pg-dump.ts';
import type { LocalPostgres } from './postgres.ts';

const ROWS_AT_ONCE = 5_000;

const pageSchema = z.tuple([z.object({ rows: z.string() })]);
const sequencesSchema = z.array(z.object({ name: z.string(), value: z.string() }));

/** Rows travel as JSON of the table's own row type, so every type arrives as what it was. */
const copyTable = async (from: LocalPostgres, to: PGlite, table: string): Promise<void> => {
  for (let offset = 0; ; offset += ROWS_AT_ONCE) {
    const [{ rows }] = pageSchema.parse(
      await from.query(
        `SELECT coalesce(json_agg(page), '[]')::text AS rows
           FROM (SELECT * FROM ${table} ORDER BY 1 LIMIT ${ROWS_AT_ONCE} OFFSET ${offset}) page`,
      ),
    );
    if (rows === '[]') return;
    await to.query(
      `INSERT INTO ${table} OVERRIDING SYSTEM VALUE
         SELECT * FROM json_populate_recordset(NULL::${table}, $1)`,
      [rows],
    );
  }
};

const copySequences = async (from: LocalPostgres, to: PGlite): Promise<void> => {
  const sequences = await from.query(
    `SELECT format('%I.%I', schemaname, sequencename) AS name, last_value::text AS value
       FROM pg_sequences WHERE last_value IS NOT NULL`,
  );
  for (const { name, value } of sequencesSchema.parse(sequences)) {
    await to.query('SELECT setval($1::regclass, $2)', [name, value]);
  }
};

/**
 * pg_dump in WebAssembly reads nothing but a PGlite in the same process. So the schema and the rows of
 * the server are put into one first: the dump is by the real pg_dump 18, of the same content, but of a
 * copy. A PGlite takes seconds to start, so one serves all dumps.
 */
export const openPgliteDumper = async (
  postgres: LocalPostgres,
  { schema, tables }: Database,
): Promise<Dumper> => {
  const copy = await PGlite.create();
  await copy.exec(schema);
  return {
    by: 'pg_dump 18 in WebAssembly',
    dump: async ({ schemaOnly = false } = {}) => {
      if (!schemaOnly) {
        await copy.exec(`TRUNCATE ${tables.join(', ')}`);
        for (const table of tables) await copyTable(postgres, copy, table);
        await copySequences(postgres, copy);
      }
      const file = await pgDump({ pg: copy, args: schemaOnly ? ['--schema-only'] : [] });
      // It leaves its own read-only transaction and settings in the only session there is.
      await copy.exec('ROLLBACK');
      await copy.exec('DISCARD ALL');
      return file.text();
    },
    close: () => copy.close(),
  };
};
