import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { DamageError } from '../../shared/backup-encoding/damage-error.ts';
import { walkDirectoryDump } from '../../shared/postgres-archive/directory-dump.ts';
import { DIRECTORY_DUMPS, type Folder, readFolder, setOf } from '../support/backup-folders.ts';

const work = mkdtempSync(join(tmpdir(), 'lifeboat-directory-'));
afterAll(() => rmSync(work, { recursive: true, force: true }));

const TIME_OUT_MS = 10_000;

const there = (files: Folder): 'ok' | 'failed' | 'hangs' => {
  const path = join(work, 'dump');
  rmSync(path, { recursive: true, force: true });
  mkdirSync(path);
  for (const [name, bytes] of files) writeFileSync(join(path, name), bytes);
  const { status, signal } = spawnSync('pg_restore', ['-f', '/dev/null', path], {
    timeout: TIME_OUT_MS,
    killSignal: 'SIGKILL',
    stdio: 'ignore',
  });
  if (signal === 'SIGKILL') return 'hangs';
  return status === 0 ? 'ok' : 'failed';
};

const here = async (files: Folder): Promise<string> => {
  try {
    await walkDirectoryDump(setOf(files));
    return 'pass';
  } catch (error) {
    if (error instanceof DamageError) return error.damage;
    throw error;
  }
};

const changed = (name: string, file: string, bytes?: Buffer): Folder => {
  const files = readFolder(name);
  if (bytes === undefined) files.delete(file);
  else files.set(file, bytes);
  return files;
};
const part = (name: string, file: string): Buffer => {
  const bytes = readFolder(name).get(file);
  if (bytes === undefined) throw new Error(`${name} has no ${file}`);
  return bytes;
};
const cut = (name: string, file: string): Folder =>
  changed(name, file, part(name, file).subarray(0, -10));
const flip = (name: string, file: string, at: number): Folder => {
  const bytes = Buffer.from(part(name, file));
  bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
  return changed(name, file, bytes);
};
const EMPTY = Buffer.alloc(0);

/** pg_restore of this machine reads what its own major wrote, and before. */
const isReadable = (name: string): boolean => name.startsWith('15-');

describe('a healthy directory', () => {
  it.each(DIRECTORY_DUMPS.filter(isReadable))('%s passes here and there', async (name) => {
    expect(there(readFolder(name))).toBe('ok');
    expect(await here(readFolder(name))).toBe('pass');
  });
});

describe('a damaged directory', () => {
  it.each<[string, Folder, ReturnType<typeof there>, string]>([
    ['without a data file', changed('15-shop', '3354.dat.gz'), 'failed', 'truncated'],
    ['with a data file that is cut', cut('15-shop', '3354.dat.gz'), 'failed', 'truncated'],
    ['with one of 0 bytes', changed('15-shop', '3354.dat.gz', EMPTY), 'ok', 'truncated'],
    ['with a byte changed', flip('15-shop', '3354.dat.gz', 2_000), 'failed', 'corrupt'],
    [
      'with the rows of another table',
      changed('15-shop', '3354.dat.gz', part('15-shop', '3352.dat.gz')),
      'ok',
      'corrupt',
    ],
    ['cut without compression', cut('15-shop-z0', '3354.dat'), 'ok', 'corrupt'],
    ['emptied without compression', changed('15-shop-z0', '3354.dat', EMPTY), 'ok', 'truncated'],
    [
      'with a file of another dump',
      changed('15-shop', '9999.dat.gz', gzipSync('1\n')),
      'ok',
      'trailing-data',
    ],
    ['without toc.dat', changed('15-shop', 'toc.dat'), 'failed', 'truncated'],
    ['with toc.dat cut', cut('15-shop', 'toc.dat'), 'failed', 'truncated'],
    ['without a large object', changed('15-objects', 'blob_1001.dat.gz'), 'failed', 'truncated'],
    ['with its list emptied', changed('15-objects', 'blobs.toc', EMPTY), 'ok', 'truncated'],
    [
      'with its list cut between lines',
      changed('15-objects', 'blobs.toc', part('15-objects', 'blobs.toc').subarray(0, 38)),
      'ok',
      'trailing-data',
    ],
  ])('%s', async (_, files, restored, judged) => {
    expect([there(files), await here(files)]).toEqual([restored, judged]);
  });
});
