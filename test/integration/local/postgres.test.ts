import { access, readdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDumper } from '../../../local/pg-dump.ts';
import { openPgliteDumper } from '../../../local/pglite-dumper.ts';
import { type LocalPostgres, startPostgres } from '../../../local/postgres.ts';
import { waitUntil } from '../../../local/wait-until.ts';

const SCHEMA = `
CREATE TABLE lists (id int PRIMARY KEY, name text NOT NULL, meta jsonb);
CREATE TABLE mails (
  id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  list int REFERENCES lists,
  body bytea,
  price numeric(10, 2)
);`;
const TABLES = ['lists', 'mails'];
const ROWS = 6_000; // more than one page of the copy

describe('a PostgreSQL of one’s own', () => {
  let postgres: LocalPostgres;
  beforeAll(async () => {
    postgres = await startPostgres({ archiveCommand: 'cp %p {archive}/%f' });
    await postgres.query(SCHEMA);
    await postgres.query(`INSERT INTO lists VALUES (1, 'it''s \\ "ü"', '{"a": [1, null]}')`);
    await postgres.query(
      `INSERT INTO mails (list, body, price)
         SELECT 1, decode(md5(i::text), 'hex'), i / 7.0 FROM generate_series(1, ${ROWS}) i`,
    );
  });
  afterAll(() => postgres?.stop());

  it('archives a segment when it is full', async () => {
    await postgres.query('SELECT pg_switch_wal()');
    const first = await waitUntil(async () => (await readdir(postgres.archiveDir))[0], {
      deadlineMs: 10_000,
      what: 'an archived segment',
    });
    expect(first).toMatch(/^[0-9A-F]{24}$/);
  });

  it.each([
    ['whatever this machine has', openDumper],
    ['pg_dump from npm', openPgliteDumper],
  ])('is dumped in full by %s', async (_, open) => {
    const dumper = await open(postgres, { schema: SCHEMA, tables: TABLES });
    try {
      const dump = await dumper.dump();
      expect(dump).toMatch(/^--\n-- PostgreSQL database dump\n--\n/);
      expect(dump.trimEnd()).toMatch(/-- PostgreSQL database dump complete\n--/);
      expect(dump).toContain(`it''s \\ "ü"`);
      expect(dump).toContain(`setval('public.mails_id_seq', ${ROWS}, true)`);
      // Every body is a bytea, which both forms of dump write with this sign.
      expect(dump.split('\\x').length - 1).toBe(ROWS);
      const schema = await dumper.dump({ schemaOnly: true });
      expect(schema).toContain('CREATE TABLE public.mails');
      expect(schema).not.toContain("it''s");
    } finally {
      await dumper.close();
    }
  });

  it('leaves nothing behind', async () => {
    const base = dirname(postgres.archiveDir);
    await postgres.stop();
    await postgres.stop();
    await expect(access(base)).rejects.toThrow('ENOENT');
  });
});
