import { cpSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { judgeStored } from '../../bench/damage/judge.ts';
import { type InstalledPostgres, makeCluster } from '../support/installed-postgres.ts';

let server: InstalledPostgres;
beforeAll(async () => {
  server = await makeCluster('--encoding=UTF8', '--locale=C');
  const script = fileURLToPath(new URL('../fixtures/every-kind.sql', import.meta.url));
  const copy = join(server.folder, 'every-kind.sql');
  // The server's user may not be able to read the checkout.
  cpSync(script, copy);
  server.run('psql', '-Xq', '-v', 'ON_ERROR_STOP=1', '-f', copy, 'postgres');
}, 60_000);
afterAll(() => server?.remove());

/** Options of pg_dump that change what it writes. */
const OPTIONS: string[][] = [
  [],
  ['--schema-only'],
  ['--data-only'],
  ['--data-only', '--disable-triggers'],
  ['--inserts'],
  ['--column-inserts', '--on-conflict-do-nothing'],
  ['--rows-per-insert=7'],
  ['--clean', '--if-exists'],
  ['--create'],
  ['--clean', '--create'],
  ['--no-owner', '--no-privileges', '--no-comments'],
  ['--quote-all-identifiers'],
  ['--section=pre-data'],
  ['--section=data'],
  ['--section=post-data'],
  ['--load-via-partition-root'],
  ['--load-via-partition-root', '--table=app.measured_2026'],
  ['--no-blobs'],
  ['--table=app.orders', '--table=app.people'],
  ['--schema=app', '--exclude-table-data=app.orders'],
  ['--exclude-schema=app'],
  ['--encoding=LATIN1'],
  ['--encoding=SQL_ASCII'],
  ['--use-set-session-authorization'],
  ['--no-unlogged-table-data', '--no-publications', '--no-subscriptions'],
  ['--verbose'],
  ['--serializable-deferrable'],
];
const FORMATS: [name: string, options: string[]][] = [
  ['plain', ['-Fp']],
  ['custom', ['-Fc']],
  ['custom, -Z0', ['-Fc', '-Z0']],
  ['tar', ['-Ft']],
  ['directory', ['-Fd']],
  ['directory, -Z0 -j2', ['-Fd', '-Z0', '-j2']],
];

const readFolder = (path: string): Map<string, Buffer> =>
  new Map(readdirSync(path).map((name) => [name, readFileSync(join(path, name))]));

describe.each(FORMATS)('a healthy dump in the format %s', (_, format) => {
  it.each(OPTIONS.map((options) => [options.join(' ') || 'no option', options] as const))(
    'with %s passes',
    async (_, options) => {
      const path = join(server.folder, 'dump');
      rmSync(path, { recursive: true, force: true });
      server.run('pg_dump', ...format, ...options, '-f', path, 'postgres');
      const stored = format.includes('-Fd') ? readFolder(path) : readFileSync(path);
      expect(await judgeStored('db.sql', stored)).toBe('pass');
    },
  );
});

describe('a healthy dump of a cluster', () => {
  const ALL = [
    [],
    ['--globals-only'],
    ['--roles-only'],
    ['--tablespaces-only'],
    ['--schema-only'],
    ['--data-only'],
    ['--clean', '--if-exists'],
    ['--no-role-passwords'],
    ['--inserts'],
    ['--exclude-database=postgres'],
    ['--verbose'],
  ];
  it.each(ALL.map((options) => [options.join(' ') || 'no option', options] as const))(
    'with %s passes',
    async (_, options) => {
      const dump = Buffer.from(server.run('pg_dumpall', ...options));
      expect(await judgeStored('all.sql', dump)).toBe('pass');
    },
  );
});
