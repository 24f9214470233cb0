import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ARCHIVES, judgeArchive, readArchive } from '../support/archive-dumps.ts';
import { rows, writeArchive } from '../support/write-archive.ts';

const folder = mkdtempSync(join(tmpdir(), 'lifeboat-archive-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const TIME_OUT_MS = 10_000;

type Restored = 'ok' | 'failed' | 'hangs';
const pgRestore = (bytes: Buffer, options: string[], timeout = TIME_OUT_MS): Restored => {
  const path = join(folder, 'dump');
  writeFileSync(path, bytes);
  const { status, signal } = spawnSync('pg_restore', [...options, path], {
    timeout,
    killSignal: 'SIGKILL',
    stdio: 'ignore',
  });
  if (signal === 'SIGKILL') return 'hangs';
  return status === 0 ? 'ok' : 'failed';
};
const list = (bytes: Buffer) => pgRestore(bytes, ['-l']);
const restore = (bytes: Buffer, timeout?: number) => pgRestore(bytes, ['-f', '/dev/null'], timeout);

/** pg_restore of this machine reads what its own major wrote, and before. */
const isReadable = (name: string): boolean => name.startsWith('15-');
const isTar = (name: string): boolean => name.endsWith('.tar');

describe('a healthy archive', () => {
  it.each(ARCHIVES.filter(isReadable))('%s passes here and there', async (name) => {
    expect(restore(readArchive(name))).toBe('ok');
    expect(await judgeArchive(readArchive(name), isTar(name))).toBe('pass');
  });

  it.each([12, 13, 14])('of version 1.%i, as the tests write it, is one to pg_restore', (minor) => {
    expect(restore(writeArchive({ minor, compression: 0, chunks: [rows(9)] }))).toBe('ok');
  });
});

describe('a damaged archive', () => {
  const cut = (name: string, lost: number): Buffer => readArchive(name).subarray(0, -lost);
  const flip = (name: string, at: number): Buffer => {
    const bytes = Buffer.from(readArchive(name));
    bytes.writeUInt8(bytes.readUInt8(at) ^ 0x01, at);
    return bytes;
  };
  const inTar = readArchive('15-shop.tar').indexOf('2026-01-20');
  const blocks = readArchive('15-default.dump').length - 60;
  const DAMAGE: [name: string, bytes: Buffer, isTar: boolean][] = [
    ['-Fc cut in its last block', cut('15-default.dump', 20), false],
    ['-Fc cut to its table of contents', readArchive('15-default.dump').subarray(0, 5_000), false],
    ['-Fc with junk', Buffer.concat([readArchive('15-default.dump'), Buffer.alloc(50, 7)]), false],
    ['-Fc twice', Buffer.concat([readArchive('15-z0.dump'), readArchive('15-z0.dump')]), false],
    ['-Fc with a changed byte', flip('15-default.dump', blocks), false],
    ['-Fc from a pipe, cut', cut('15-pipe.dump', 5), false],
    ['-Ft cut in a table', readArchive('15-shop.tar').subarray(0, inTar), true],
    ['-Ft cut in restore.sql', cut('15-shop.tar', 3_000), true],
    ['-Ft cut in its end', cut('15-shop.tar', 600), true],
    ['-Ft with junk', Buffer.concat([readArchive('15-shop.tar'), Buffer.alloc(512, 7)]), true],
    ['-Ft with a changed header', flip('15-shop.tar', 130), true],
  ];

  it.each(DAMAGE)(
    '"%s" is found',
    async (name, bytes, tar) => {
      const there = `-l: ${list(bytes)}, -f /dev/null: ${restore(bytes)}`;
      const verdict = await judgeArchive(bytes, tar);
      console.log(`${name.padEnd(34)} ${verdict.padEnd(14)} pg_restore ${there}`);
      expect(verdict).not.toBe('pass');
    },
    30_000,
  );

  it('at -Z0 is passed by both where only a checksum could tell: the format has none', async () => {
    const at = readArchive('15-z0.dump').indexOf('2026-01-20');
    expect(restore(flip('15-z0.dump', at))).toBe('ok');
    expect(await judgeArchive(flip('15-z0.dump', at), false)).toBe('pass');
  });
});

describe('random damage', () => {
  /** A sequence that is the same in every run. */
  const numbers = (seed: number) => () => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return seed / 2 ** 32;
  };
  const NAMES = ['15-default.dump', '15-z0.dump', '15-pipe-objects.dump', '15-objects.tar'];
  const RUNS = 150;

  it.each(NAMES)(
    'of %s never passes here where pg_restore fails',
    async (name) => {
      const next = numbers(7);
      const whole = readArchive(name);
      const undetected = { here: 0, there: 0 };
      for (let run = 0; run < RUNS; run += 1) {
        const at = Math.floor(next() * whole.length);
        const byte = Buffer.from([Math.floor(next() * 256)]);
        const after = whole.subarray(next() < 0.5 ? at : at + 1);
        const bytes = Buffer.concat([whole.subarray(0, at), byte, after]);
        if (bytes.equals(whole)) continue;
        const verdict = await judgeArchive(bytes, isTar(name));
        const there = restore(bytes, 3_000);
        if (verdict === 'pass') undetected.here += 1;
        if (there === 'ok') undetected.there += 1;
        if (there !== 'ok') expect(verdict, `at ${at}, ${byte.toString('hex')}`).not.toBe('pass');
      }
      console.log(
        `${name}: of ${RUNS} undetected here ${undetected.here}, pg_restore ${undetected.there}`,
      );
    },
    120_000,
  );
});
