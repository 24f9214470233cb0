import { spawnSync } from 'node:child_process';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalPostgres, startPostgres } from '../../local/postgres.ts';
import { judgePlain, plainDump, plainDumpNames, walkPlain } from '../support/plain-dumps.ts';

/** Restored into nothing these fail for what they lack, or for what a cluster of its own has already. */
const NEEDS_MORE = /data-only|post-data|cluster|globals|roles/;
const restorable = plainDumpNames.filter((name) => !NEEDS_MORE.test(name));

let postgres: LocalPostgres;
let databases = 0;
beforeAll(async () => {
  postgres = await startPostgres();
  await postgres.query('CREATE ROLE "reader; --"');
  // What fixtures own: their superuser has another name here.
  await postgres.query(
    'DO $$ BEGIN CREATE ROLE postgres; EXCEPTION WHEN duplicate_object THEN END $$',
  );
}, 60_000);
afterAll(() => postgres?.stop());

const urlOf = (database: string): string =>
  postgres.url.replace(/postgres$/, encodeURIComponent(database));

/** Restores into a database of its own, or that of the dump; stops at the first error. */
const restore = async (dump: Buffer) => {
  databases += 1;
  const database = `restored_${databases}`;
  await postgres.query(`CREATE DATABASE ${database} TEMPLATE template0`);
  const options = ['-X', '-q', '-v', 'ON_ERROR_STOP=1', '-o', '/dev/null', '-d', urlOf(database)];
  const { status, stderr } = spawnSync('psql', options, { input: dump, timeout: 30_000 });
  return { database, isRestored: status === 0, error: String(stderr).trim().split('\n').at(-1) };
};

const countRows = async (database: string, table: string): Promise<number> => {
  const [schema = '', ...name] = table.split('.');
  const { port, user, password } = postgres;
  const client = new pg.Client({ host: '127.0.0.1', port, user, password, database });
  await client.connect();
  try {
    const quoted = `${pg.escapeIdentifier(schema)}.${pg.escapeIdentifier(name.join('.'))}`;
    const { rows } = await client.query<{ count: string }>(`SELECT count(*) FROM ${quoted}`);
    return Number(rows[0]?.count);
  } finally {
    await client.end();
  }
};

describe('a plain dump that passes', () => {
  it.each(restorable)('%s is restored by psql with as many rows as were counted', async (name) => {
    const { contents } = walkPlain(plainDump(name));
    const { database, isRestored, error } = await restore(plainDump(name));
    expect(isRestored, error).toBe(true);
    for (const { name: table, rows } of contents.tableList) {
      expect(await countRows(contents.database ?? database, table), table).toBe(rows);
    }
    if (contents.database !== undefined) {
      await postgres.query(`DROP DATABASE ${pg.escapeIdentifier(contents.database)}`);
    }
  });
});

const ODD = plainDump('15-odd.sql').toString('latin1');
const DAMAGES: [name: string, change: (text: string) => string][] = [
  ['a tab less in a row', (text) => text.replace('2026-01-04\t3', '2026-01-043')],
  ['a tab more in a row', (text) => text.replace('2026-01-04\t3', '2026-01-04\t3\t')],
  ['an escaped tab', (text) => text.replace('2026-01-04\t3', '2026-01-04\\\t3')],
  [
    'half a character in a row',
    (text) => text.replace('--\n-- PostgreSQL database dump complete\n\\N', 'x\xc3\n\\N'),
  ],
  ['a carriage return in a row', (text) => text.replace('2026-01-04\t3', '2026-01-04\t3\r')],
  ['a COPY without its end', (text) => text.replace('2026-01-10\t9\n\\.\n', '2026-01-10\t9\n')],
  ['a COPY without its beginning', (text) => text.replace(/^COPY .*\n/m, '')],
  ['a quote less', (text) => text.replace("''quotes''", "'quotes''")],
  ['a dollar quote less', (text) => text.replace('$_$ begin', '$_ begin')],
  ['a parenthesis less', (text) => text.replace('    line text\n);', '    line text\n;')],
  ['a parenthesis more', (text) => text.replace('    line text\n);', '    line text\n));')],
  ['a comma more', (text) => text.replace('flag boolean,', 'flag boolean,,')],
  ['a line less in a list', (text) => text.replace('    amount numeric\n', '')],
  ['the beginning of a statement less', (text) => text.replace(/^CREATE TABLE .*\n/m, '')],
  [
    'a broken command',
    (text) => text.replace('CREATE TYPE', 'CREATF TYPE').replace('CREATF', 'CRATE'),
  ],
  ['a control character', (text) => text.replace('CREATE TYPE', 'CREATE \u0001TYPE')],
  [
    'a large object that is not closed',
    (text) => text.replace(/^SELECT pg_catalog.lo_open.*\n/m, ''),
  ],
  ['an end of COPY too many', (text) => text.replace('9\n\\.\n', '9\n\\.\n\\.\n')],
  ['another token', (text) => text.replace(/^\\unrestrict \w/m, '\\unrestrict Z0')],
  ['the same dump twice', (text) => text + text],
];

describe('a plain dump that psql stops at', () => {
  it.each(DAMAGES)('for %s does not pass', async (_, change) => {
    const damaged = Buffer.from(change(ODD), 'latin1');
    expect(damaged.equals(Buffer.from(ODD, 'latin1'))).toBe(false);
    expect((await restore(damaged)).isRestored).toBe(false);
    expect(judgePlain(damaged)).not.toBe('pass');
  });

  it('for a function that is called begin does not pass', async () => {
    const { isRestored } = await restore(plainDump('refused/15-begin.sql'));
    expect(isRestored).toBe(false);
    expect(judgePlain(plainDump('refused/15-begin.sql'))).toMatch(/^corrupt/);
  });
});

describe('a plain dump that psql restores and that is not as pg_dump wrote it', () => {
  const SILENT: [name: string, change: (text: string) => string][] = [
    ['a cut between two statements', (text) => text.slice(0, text.indexOf('--\n-- Data for'))],
    ['a definition', (text) => text.replace(/^CREATE INDEX .*\n/m, '')],
    ['its last line', (text) => text.replace(/^\\unrestrict .*\n/m, '')],
  ];
  it.each(SILENT)('%s does not pass', async (_, change) => {
    const damaged = Buffer.from(change(ODD), 'latin1');
    expect((await restore(damaged)).isRestored).toBe(true);
    expect(judgePlain(damaged)).not.toBe('pass');
  });
});
