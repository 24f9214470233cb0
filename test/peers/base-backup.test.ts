import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Folder, verdictOf, walkFolder, walkTarFile } from '../support/base-backups.ts';
import {
  findPostgresPrograms,
  type InstalledPostgres,
  makeCluster,
} from '../support/installed-postgres.ts';

const BUSY = `do $$ begin for n in 1..1000000 loop
  update busy set text = md5(n::text || id) where id % 7 = n % 7; commit; end loop; end $$`;

let server: InstalledPostgres;
let plain: InstalledPostgres;
beforeAll(async () => {
  server = await makeCluster('--data-checksums', '--wal-segsize=1');
  mkdirSync(join(server.folder, 'fast'));
  spawnSync('chown', ['--reference', server.dataDir, join(server.folder, 'fast')]);
  server.query(`create tablespace fast location '${server.folder}/fast'`);
  server.query('create table measured (id int primary key, text text) tablespace fast');
  server.query('insert into measured select n, md5(n::text) from generate_series(1, 3000) n');
  server.query('create unlogged table volatile as select * from measured');
  server.query(
    'create table busy as select n as id, md5(n::text) as text from generate_series(1, 20000) n',
  );
  plain = await makeCluster();
}, 120_000);
afterAll(() => {
  server?.remove();
  plain?.remove();
});

const readFolder = (path: string): Folder =>
  new Map(
    readdirSync(path).map((file) => {
      const bytes = readFileSync(join(path, file));
      return file.endsWith('.gz') ? [file.slice(0, -3), gunzipSync(bytes)] : [file, bytes];
    }),
  );

let count = 0;
const makeBackup = (...options: string[]): Folder => {
  count += 1;
  const path = join(server.folder, `backup-${count}`);
  server.run('pg_basebackup', '-D', path, '-Ft', '-c', 'fast', '--no-sync', ...options);
  const folder = readFolder(path);
  rmSync(path, { recursive: true });
  return folder;
};

/** Unpacks a backup as one would to restore it, and lets pg_verifybackup look. */
const pgVerifyBackup = (folder: Folder, ...options: string[]): 'ok' | 'failed' => {
  const path = join(server.folder, 'unpacked');
  rmSync(path, { recursive: true, force: true });
  for (const [name, bytes] of folder) {
    const oid = /^\d+/.exec(name)?.[0];
    const place = join(path, oid ? `pg_tblspc/${oid}` : name === 'pg_wal.tar' ? 'pg_wal' : '');
    mkdirSync(place, { recursive: true });
    if (!name.endsWith('.tar')) writeFileSync(join(place, name), bytes);
    else if (spawnSync('tar', ['-x', '-C', place], { input: bytes }).status !== 0) return 'failed';
  }
  const program = join(findPostgresPrograms() ?? '', 'pg_verifybackup');
  return spawnSync(program, [...options, path]).status === 0 ? 'ok' : 'failed';
};

describe('a backup of a server that is written to', () => {
  it.each<[string, string[], string[]]>([
    ['with streamed WAL', ['-X', 'stream'], []],
    [
      'compressed, with fetched WAL and SHA-256',
      ['-z', '-X', 'fetch', '--manifest-checksums=SHA256'],
      [],
    ],
    ['without WAL or checksums', ['-X', 'none', '--manifest-checksums=NONE'], ['-n']],
    [
      'with encoded paths and SHA-512',
      ['-X', 'stream', '--manifest-checksums=SHA512', '--manifest-force-encode'],
      [],
    ],
    ['for a standby', ['-X', 'fetch', '-R'], []],
  ])('%s passes here and there', async (_, options, verify) => {
    const rest = server.keepBusy(BUSY);
    const backup = makeBackup(...options);
    rest();
    expect(await verdictOf(walkFolder(backup, 1_000_003))).toBe('pass');
    expect(pgVerifyBackup(backup, ...verify)).toBe('ok');
  });

  it('without a manifest passes, and says where it ends', async () => {
    const rest = server.keepBusy(BUSY);
    const contents = await walkFolder(makeBackup('-X', 'fetch', '--no-manifest'));
    rest();
    expect(contents.stopLsn).toMatch(/^[0-9A-F]+\/[0-9A-F]+$/);
    expect(contents.pagesVerified).toBeGreaterThan(2_000);
  });

  it('copied by tar in backup mode passes', async () => {
    const rest = server.keepBusy(BUSY);
    const tar = join(server.folder, 'hot.tar');
    const script = [
      `select pg_backup_start('by hand', true)`,
      `\\! tar -C ${server.dataDir} --exclude=pg_wal/* --exclude=postmaster.pid --warning=none -h -cf ${tar} . || true`,
      `\\o ${server.folder}/backup_label`,
      'select labelfile from pg_backup_stop()',
    ];
    server.run('psql', '-XqAt', ...script.flatMap((line) => ['-c', line]), 'postgres');
    rest();
    spawnSync('tar', ['-C', server.folder, '-rf', tar, 'backup_label']);
    const contents = await walkTarFile(readFileSync(tar), 1_000_003);
    expect(contents).toMatchObject({ label: 'by hand', state: 'in production' });
  });
});

describe('one tar', () => {
  it('of pg_basebackup into a pipe, with its manifest, passes', async () => {
    const tar = join(plain.folder, 'piped.tar');
    const program = join(findPostgresPrograms() ?? '', 'pg_basebackup');
    const env = { ...process.env, PGHOST: plain.folder, PGUSER: 'postgres' };
    const sh = `"${program}" -D - -Ft -X fetch -c fast > ${tar}`;
    expect(spawnSync('sh', ['-c', sh], { env }).status).toBe(0);
    expect(await walkTarFile(readFileSync(tar), 1_000_003)).toMatchObject({
      manifest: { version: 1 },
      dataChecksums: false,
      wal: { segments: 1 },
    });
  });

  it.each(['gnu', 'pax', 'ustar'])(
    'of a server that was shut down, as %s, passes',
    async (format) => {
      plain.stop();
      const args = ['-C', plain.dataDir, `--format=${format}`, '-c', '.'];
      const { stdout } = spawnSync('tar', args, { maxBuffer: 256 * 1024 ** 2 });
      plain.start();
      expect(await walkTarFile(stdout, 1_000_003)).toMatchObject({ state: 'shut down' });
    },
  );
});

describe('random damage', () => {
  /** A sequence that is the same in every run. */
  const numbers = (seed: number) => () => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return seed / 2 ** 32;
  };
  const RUNS = 30;

  it('never passes here where pg_verifybackup fails', async () => {
    const backup = makeBackup('-X', 'stream');
    const names = [...backup.keys(), 'base.tar', 'base.tar'];
    const next = numbers(11);
    const passed = { here: 0, there: 0 };
    for (let run = 0; run < RUNS; run += 1) {
      const name = names[Math.floor(next() * names.length)] ?? '';
      const whole = backup.get(name) ?? Buffer.alloc(0);
      const at = Math.floor(next() * whole.length);
      const kind = ['flip', 'cut', 'lost', 'added'][Math.floor(next() * 4)];
      const byte = Buffer.from([whole.readUInt8(at) ^ (1 + Math.floor(next() * 255))]);
      const after = whole.subarray(kind === 'added' ? at : at + 1);
      const parts = kind === 'lost' ? [after] : kind === 'cut' ? [] : [byte, after];
      const bytes = Buffer.concat([whole.subarray(0, at), ...parts]);
      const damaged = new Map([...backup, [name, bytes]]);
      const here = await verdictOf(walkFolder(damaged, 1_000_003));
      const there = pgVerifyBackup(damaged);
      if (here === 'pass') passed.here += 1;
      if (there === 'ok') passed.there += 1;
      if (here === 'pass' || there === 'ok')
        console.log(`${name} ${kind} at ${at}: ${here}, there ${there}`);
      if (there !== 'ok') expect(here, `${name} ${kind} at ${at}`).not.toBe('pass');
    }
    console.log(`of ${RUNS}: passed here ${passed.here}, by pg_verifybackup ${passed.there}`);
  }, 300_000);

  it('of a page is found without a manifest, which pg_verifybackup cannot do', async () => {
    const backup = makeBackup('-X', 'none', '--no-manifest');
    const base = Buffer.from(backup.get('base.tar') ?? Buffer.alloc(0));
    const at = base.indexOf(Buffer.from('template1'));
    base.writeUInt8(base.readUInt8(at) ^ 1, at);
    expect(await verdictOf(walkFolder(new Map([...backup, ['base.tar', base]])))).toMatch(
      /^corrupt: block \d+ of global\/\d+ has a wrong checksum/,
    );
  });
});
