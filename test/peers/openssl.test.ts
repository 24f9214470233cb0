import { execFileSync } from 'node:child_process';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { opensslEncrypt } from '../../local/openssl-encrypt.ts';
import { findKey } from '../../shared/backup-encoding/find-key.ts';
import { opensslDecrypt } from '../../shared/backup-encoding/openssl-decrypt.ts';
import { decryptHead } from '../../shared/backup-encoding/openssl-key.ts';
import { collect, inPieces } from '../support/bytes.ts';
import { wholeSegments } from '../support/wal-segments.ts';

const PASSPHRASE = 'a passphrase, with ümlaut';
const gz = gzipSync(Buffer.from('-- a dump of a test\n'.repeat(3_000)));

const openssl = (cipher: string, input: Buffer, ...options: string[]): Buffer =>
  execFileSync('openssl', ['enc', `-${cipher}`, '-pass', 'env:PASSPHRASE', ...options], {
    input,
    env: { ...process.env, PASSPHRASE },
    stdio: ['pipe', 'pipe', 'ignore'],
  });

const CIPHERS = ['aes-256-cbc', 'aes-192-cbc', 'aes-128-cbc'] as const;
const DERIVATIONS = [[], ['-md', 'md5'], ['-md', 'sha256'], ['-pbkdf2'], ['-iter', '20000']];

describe('what openssl enc writes', () => {
  it.each(CIPHERS.flatMap((cipher) => DERIVATIONS.map((options) => [cipher, options] as const)))(
    'with %s %j is read back',
    async (cipher, options) => {
      const file = openssl(cipher, gz, '-salt', ...options);
      const key = findKey({
        cipher,
        passphrase: PASSPHRASE,
        iterations: options[0] === '-iter' ? Number(options[1]) : undefined,
        head: file.subarray(0, 64),
        tail: file.subarray(-32),
        size: file.length,
        inside: 'gzip',
      });
      expect(await collect(opensslDecrypt(inPieces(file, 777), cipher, key))).toEqual(gz);
    },
  );

  it.each(DERIVATIONS.map((options) => [options]))(
    'of a WAL segment is told by its first bytes alone, made with %j',
    (options) => {
      const [[, wal] = ['', Buffer.alloc(0)]] = wholeSegments(17);
      const file = openssl('aes-256-cbc', wal.subarray(0, 65_536), '-salt', ...options);
      const search = {
        cipher: 'aes-256-cbc',
        iterations: options[0] === '-iter' ? Number(options[1]) : undefined,
        head: file.subarray(0, 64),
        inside: 'wal',
      } as const;
      const key = findKey({ ...search, passphrase: PASSPHRASE });
      expect(decryptHead('aes-256-cbc', key, file.subarray(16, 64))).toEqual(wal.subarray(0, 48));
      expect(() => findKey({ ...search, passphrase: 'another' })).toThrow(
        expect.objectContaining({ damage: 'wrong-key' }),
      );
    },
  );

  it('is what the demo writes: openssl reads it', () => {
    expect(openssl('aes-256-cbc', opensslEncrypt(gz, PASSPHRASE), '-d')).toEqual(gz);
    expect(
      openssl('aes-256-cbc', opensslEncrypt(gz, PASSPHRASE, 'pbkdf2-sha256'), '-d', '-pbkdf2'),
    ).toEqual(gz);
  });
});
