import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { decryptAge } from '../../shared/backup-encoding/age-decrypt.ts';
import { decryptGpg } from '../../shared/backup-encoding/gpg-decrypt.ts';
import { openLayers } from '../../shared/backup-encoding/open-layers.ts';
import type { EncodingLayer } from '../../shared/plan/plan.ts';
import { collect, inPieces } from '../support/bytes.ts';

const folder = mkdtempSync(join(tmpdir(), 'lifeboat-peers-'));
const env = { ...process.env, GNUPGHOME: folder };
afterAll(() => {
  execFileSync('gpgconf', ['--kill', 'all'], { env });
  rmSync(folder, { recursive: true, force: true });
});

const run = (program: string, options: readonly string[], input: Buffer): Buffer =>
  execFileSync(program, options, {
    input,
    env,
    maxBuffer: 1024 ** 3,
    stdio: ['pipe', 'pipe', 'ignore'],
  });

const rows = Array.from(
  { length: 120_000 },
  (_, row) => `${row}\t${(row * 7919) % 104_729}\tname\n`,
);
/** Rows, a stretch that compresses to nothing, and bytes that do not compress. */
const plain = Buffer.concat([
  Buffer.from(rows.join('')),
  Buffer.alloc(5_000_000),
  run('openssl', ['enc', '-aes-256-ctr', '-pass', 'pass:x', '-nosalt'], Buffer.alloc(500_000)),
]);

const read = async (stored: Buffer, encoding: EncodingLayer[], secret = ''): Promise<Buffer> => {
  const opened = await openLayers({
    source: inPieces(stored, 100_000),
    encoding,
    inside: 'anything',
    readSecret: async () => secret,
    decrypters: { age: decryptAge, gpg: decryptGpg },
  });
  return collect(opened.source);
};

const COMPRESSIONS: (readonly [name: 'lz4' | 'zstd' | 'xz' | 'bzip2', options: string])[] = [
  ...[1, 9, 12].map((level) => ['lz4', `-${level}`] as const),
  ...[4, 5, 6, 7].flatMap((size) => [
    ['lz4', `-B${size}`] as const,
    ['lz4', `-B${size} -BD`] as const,
    ['lz4', `-B${size} -BD -BX -9`] as const,
    ['lz4', `-B${size} --no-frame-crc`] as const,
  ]),
  ['lz4', '-B100000'],
  ...[1, 3, 19].map((level) => ['zstd', `-${level}`] as const),
  ...[1, 9].map((level) => ['bzip2', `-${level}`] as const),
  ...['-1', '-6', '-9', '-C crc32', '-C none', '-T2 --block-size=1MiB'].map(
    (options) => ['xz', options] as const,
  ),
  ...['--fast=5', '--no-check', '--long=27', '-T2 -B1MiB', '--rsyncable -T2'].map(
    (options) => ['zstd', options] as const,
  ),
];

describe('what compression programs write', () => {
  it.each(COMPRESSIONS)('%s %s is read back', async (name, options) => {
    const stored = run(name, [...options.split(' '), '-q', '-c'], plain);
    expect((await read(stored, [{ name }])).equals(plain)).toBe(true);
    const twice = await read(Buffer.concat([stored, stored]), [{ name }]);
    expect(twice.equals(Buffer.concat([plain, plain]))).toBe(true);
  });
});

const literal = (value: string) => ({ from: 'literal', value }) as const;
const small = plain.subarray(0, 200_000);
const file = (name: string): string => join(folder, name);

describe('what age writes', () => {
  const age: EncodingLayer[] = [{ name: 'zstd' }, { name: 'age', key: literal('') }];
  const zstd = run('zstd', ['-q', '-c'], plain);
  const gone = () => execFileSync('age-keygen', ['-o', file('identity')], { stdio: 'ignore' });

  it.each([[[]], [['-a']]])('to an identity, with options %j', async (options) => {
    rmSync(file('identity'), { force: true });
    gone();
    const identity = readFileSync(file('identity'), 'utf8');
    const recipient = /age1\w+/.exec(identity)?.[0] ?? '';
    const stored = run('age', [...options, '-r', recipient], zstd);
    expect((await read(stored, age, identity)).equals(plain)).toBe(true);
  });

  it('by a passphrase', async () => {
    writeFileSync(file('plain'), zstd);
    // age asks a terminal for it, which script gives.
    const command = `age -p -o ${file('stored')} ${file('plain')}`;
    run('script', ['-qec', command, '/dev/null'], Buffer.from('a passphrase\na passphrase\n'));
    const stored = readFileSync(file('stored'));
    expect((await read(stored, age, 'a passphrase')).equals(plain)).toBe(true);
    await expect(read(stored, age, 'another')).rejects.toMatchObject({ damage: 'wrong-key' });
  }, 30_000);
});

const gpg = (options: string, input: Buffer, passphrase = 'a passphrase'): Buffer => {
  const quiet = ['--batch', '--yes', '-q', '--pinentry-mode', 'loopback'];
  return run('gpg', [...quiet, '--passphrase', passphrase, ...options.split(' ')], input);
};

describe('what gpg writes', () => {
  const layer: EncodingLayer[] = [{ name: 'gpg', key: literal('') }];

  it.each([
    ...['-c', '-c -a', '-c -z0', '-c --compress-algo zlib', '-c --compress-algo bzip2'],
    ...['-c --cipher-algo AES128', '-c --s2k-digest-algo SHA512', '-c --s2k-mode 1'],
  ])('%s', async (options) => {
    const stored = gpg(options, small);
    expect((await read(stored, layer, 'a passphrase')).equals(small)).toBe(true);
    await expect(read(stored, layer, 'another')).rejects.toMatchObject({ damage: 'wrong-key' });
  });

  it('-c with ciphers of its youth, or with one that is not read here', async () => {
    for (const cipher of ['TWOFISH', 'CAST5', '3DES', 'BLOWFISH']) {
      const stored = gpg(`-c --cipher-algo ${cipher}`, small);
      expect((await read(stored, layer, 'a passphrase')).equals(small)).toBe(true);
    }
    for (const armor of ['', ' -a']) {
      const stored = gpg(`-c --cipher-algo CAMELLIA256${armor}`, small);
      await expect(read(stored, layer, 'a passphrase')).rejects.toMatchObject({
        reason: 'encoding-not-supported',
      });
    }
  });

  it('-c of more than fits into its buffers', async () => {
    const stored = gpg('-c -z0', plain);
    expect((await read(stored, layer, 'a passphrase')).equals(plain)).toBe(true);
    await expect(read(stored.subarray(0, -30), layer, 'a passphrase')).rejects.toMatchObject({
      damage: 'truncated',
    });
    stored[3_000_000] = (stored[3_000_000] ?? 0) ^ 1;
    await expect(read(stored, layer, 'a passphrase')).rejects.toMatchObject({ damage: 'corrupt' });
  }, 30_000);

  it.each(['rsa2048', 'rsa4096', 'future-default'])(
    '-e to a key of %s',
    async (kind) => {
      gpg(`--quick-gen-key ${kind}-user ${kind} default never`, Buffer.alloc(0), '');
      if (kind !== 'future-default') {
        const listed = gpg(`--list-keys --with-colons ${kind}-user`, Buffer.alloc(0)).toString();
        const [, fingerprint = ''] = /^fpr:+([0-9A-F]+):/m.exec(listed) ?? [];
        gpg(`--quick-add-key ${fingerprint} ${kind} encr never`, Buffer.alloc(0), '');
      }
      const key = gpg(`--armor --export-secret-keys ${kind}-user`, Buffer.alloc(0), '').toString();
      const stored = gpg(`--trust-model always -e -r ${kind}-user`, small);
      expect((await read(stored, layer, key)).equals(small)).toBe(true);
    },
    60_000,
  );
});
