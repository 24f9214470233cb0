import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { walkBackup } from '../../functions/verify-backup/walk-backup.ts';
import { type LocalPostgres, startPostgres } from '../../local/postgres.ts';
import { storedBackup } from '../support/backup-policies.ts';
import { inPieces } from '../support/bytes.ts';

/** Made by the real pg_dump 15.18. */
const dump = readFileSync(new URL('../fixtures/plain-dumps/database.sql', import.meta.url));
const text = dump.toString('utf8');
const inData = text.indexOf('Grüße');
const ROWS = '3';

const DAMAGE: [name: string, file: Buffer][] = [
  ['none', gzipSync(dump)],
  [
    'two gzip members',
    Buffer.concat([gzipSync(dump.subarray(0, 700)), gzipSync(dump.subarray(700))]),
  ],
  ['cut in a row', gzipSync(dump.subarray(0, inData))],
  ['cut after the data', gzipSync(dump.subarray(0, text.indexOf('ALTER TABLE ONLY')))],
  ['cut before the footer', gzipSync(dump.subarray(0, text.lastIndexOf('-- PostgreSQL')))],
  ['gzip cut in the middle', gzipSync(dump).subarray(0, 300)],
  ['gzip cut in its checksum', gzipSync(dump).subarray(0, -3)],
  ['gzip cut between members', gzipSync(dump.subarray(0, 700))],
  ['gzip of nothing', gzipSync(Buffer.alloc(0))],
  ['zeros after gzip', Buffer.concat([gzipSync(dump), Buffer.alloc(100)])],
  ['a page of HTML', gzipSync(Buffer.from('<html>502 Bad Gateway</html>'))],
];

/** Restores as the plans do, `gunzip | psql`, and counts what arrived. */
const restore = async (postgres: LocalPostgres, file: Buffer, name: string): Promise<boolean> => {
  await postgres.query(`CREATE DATABASE ${name}`);
  const url = postgres.url.replace(/postgres$/, name);
  const plain = spawnSync('gunzip', ['-c'], { input: file });
  const psql = (options: string[], input?: Buffer) =>
    spawnSync('psql', ['-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', url, ...options], { input });
  const restored = psql([], plain.stdout);
  const count = psql(['-At', '-c', 'SELECT count(*) FROM campaigns']);
  const keys = psql([
    '-At',
    '-c',
    "SELECT count(*) FROM pg_constraint WHERE conname = 'campaigns_pkey'",
  ]);
  const isWhole = String(count.stdout).trim() === ROWS && String(keys.stdout).trim() === '1';
  return plain.status === 0 && restored.status === 0 && isWhole;
};

const verify = async (file: Buffer): Promise<string> => {
  const input = {
    name: 'dump.sql.gz',
    size: file.length,
    backup: storedBackup(),
    tail: file.subarray(-32),
    readSecret: async () => '',
  };
  try {
    await walkBackup({ ...input, source: inPieces(file) });
    return 'pass';
  } catch (error) {
    return error instanceof Error && 'damage' in error ? String(error.damage) : String(error);
  }
};

describe('a compressed plain dump', () => {
  let postgres: LocalPostgres;
  beforeAll(async () => {
    postgres = await startPostgres();
  }, 60_000);
  afterAll(() => postgres?.stop());

  it.each(DAMAGE.map(([name, file], index) => [name, file, index] as const))(
    'with damage "%s" never passes where its restore fails',
    async (_, file, index) => {
      const restored = await restore(postgres, file, `restored_${index}`);
      const verdict = await verify(file);
      if (!restored) expect(verdict).not.toBe('pass');
      // Zeros after the stream do not hurt a restore; they are named all the same.
      if (restored && index < 2) expect(verdict).toBe('pass');
    },
  );

  it('that gunzip -t passes may be broken all the same, and is found here', async () => {
    const silent = DAMAGE.slice(2).filter(([, file]) => {
      try {
        execFileSync('gunzip', ['-t'], { input: file, stdio: ['pipe', 'ignore', 'ignore'] });
        return true;
      } catch {
        return false;
      }
    });
    expect(silent.map(([name]) => name)).toContain('gzip cut between members');
    for (const [name, file] of silent) expect(await verify(file), name).not.toBe('pass');
  });
});
