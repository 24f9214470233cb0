import { createCipheriv } from 'node:crypto';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { opensslEncrypt } from '../../../../local/openssl-encrypt.ts';
import { findKey } from '../../../../shared/backup-encoding/find-key.ts';
import { opensslDecrypt } from '../../../../shared/backup-encoding/openssl-decrypt.ts';
import { candidateKeys } from '../../../../shared/backup-encoding/openssl-key.ts';
import { collect, inPieces } from '../../../support/bytes.ts';

/** Made by the real `openssl enc` 3.0: test/fixtures/make-openssl.sh. */
const fixture = (name: string): Buffer =>
  readFileSync(new URL(`../../../fixtures/openssl/${name}`, import.meta.url));

const cipher = 'aes-256-cbc';
const passphrase = 'correct horse / with spaces and ß';
const gz = fixture('plain.gz');

/** As the script counts them. */
const rows = Array.from({ length: 12 }, (_, index) => `${index + 1}\trow ${index + 1}\n`)
  .join('')
  .padEnd(111, 'x');

const search = (file: Buffer, changes: object = {}) =>
  ({
    cipher,
    passphrase,
    head: file.subarray(0, 64),
    tail: file.subarray(-32),
    size: file.length,
    inside: 'gzip',
    ...changes,
  }) as const;

const damage = (name: string) => expect.objectContaining({ damage: name });
const notJudged = (reason: string) => expect.objectContaining({ reason });

/** A file whose last block decrypts, under a key of a passphrase, to that much padding. */
const endingInPadding = (file: Buffer, secret: string, padding: number): Buffer => {
  const [material] = candidateKeys(cipher, secret, file.subarray(8, 16));
  if (material === undefined) throw new Error('no key');
  const chained = file.subarray(-32, -16);
  const last = Buffer.concat([Buffer.alloc(16 - padding, 0xee), Buffer.alloc(padding, padding)]);
  const cipherText = createCipheriv(cipher, material.key, chained)
    .setAutoPadding(false)
    .update(last);
  return Buffer.concat([file.subarray(0, -16), cipherText]);
};

describe('openssl enc files', () => {
  it.each([
    ['evp-sha256', 'the default since OpenSSL 1.1.0'],
    ['evp-md5', 'the default before it'],
    ['pbkdf2-sha256', '-pbkdf2'],
  ])('made with %s (%s) are recognised and decrypted', async (name) => {
    const file = fixture(`${name}.enc`);
    const key = findKey(search(file));
    expect(key.derivation.name).toBe(name);
    expect(await collect(opensslDecrypt(inPieces(file, 7), cipher, key))).toEqual(gz);
  });

  it('made with -iter need the number that the plan names', async () => {
    const file = fixture('iter-1234.enc');
    expect(() => findKey(search(file))).toThrow(damage('wrong-key'));
    const key = findKey(search(file, { iterations: 1234 }));
    expect(key.derivation).toEqual({ name: 'pbkdf2-sha256', iterations: 1234 });
    expect(await collect(opensslDecrypt(inPieces(file), cipher, key))).toEqual(gz);
  });

  it('of unknown content are told by their end', async () => {
    const file = fixture('env.enc');
    const key = findKey(search(file, { inside: 'anything' }));
    const plain = await collect(opensslDecrypt(inPieces(file), cipher, key));
    expect(String(plain)).toBe('DATABASE_URL=postgres://db/mailblast\nKEY=1\n');
  });

  it.each([
    ['rows.pbkdf2.enc', 'pbkdf2-sha256', undefined],
    ['rows.md5.enc', 'evp-md5', undefined],
    ['noise.iter-1234.enc', 'pbkdf2-sha256', 1234],
  ])(
    'that end in a byte of padding under two keys are told by what is likelier: %s',
    async (name, derivation, iterations) => {
      const file = fixture(name);
      const changes = { inside: 'anything', iterations };
      const key = findKey(search(file, changes));
      expect(key.derivation.name).toBe(derivation);
      const expected = name.startsWith('rows') ? Buffer.from(rows) : gz.subarray(240, 351);
      expect(await collect(opensslDecrypt(inPieces(file), cipher, key))).toEqual(expected);
    },
  );

  it('of a single block are chained to the IV', async () => {
    const file = fixture('env.one-block.enc');
    expect(file.length).toBe(32);
    const key = findKey(search(file, { inside: 'anything' }));
    expect(String(await collect(opensslDecrypt(inPieces(file), cipher, key)))).toBe('A=1\n');
  });

  it('do not open with another passphrase, and no error shows one', () => {
    const failure = damage('wrong-key');
    expect(() => findKey(search(fixture('evp-sha256.enc'), { passphrase: 'hunter2' }))).toThrow(
      failure,
    );
    try {
      findKey(search(fixture('evp-sha256.enc'), { passphrase: 'hunter2' }));
    } catch (error) {
      expect(String(error)).not.toContain('hunter2');
    }
  });

  it('whose wrong key ends in one byte of padding by chance still have a wrong key', () => {
    const wrong = 'not the passphrase';
    for (const padding of [0, 1, 2]) {
      const file = endingInPadding(fixture('evp-sha256.enc'), wrong, padding);
      expect(() => findKey(search(file, { passphrase: wrong }))).toThrow(
        padding < 2 ? damage('wrong-key') : notJudged('content-not-recognised'),
      );
    }
  });

  it('cut inside a block are truncated', () => {
    expect(() => findKey(search(fixture('evp-sha256.enc').subarray(0, -5)))).toThrow(
      damage('truncated'),
    );
  });

  it('cut between blocks are truncated', async () => {
    const file = fixture('evp-sha256.enc').subarray(0, -16);
    const read = collect(opensslDecrypt(inPieces(file), cipher, findKey(search(file))));
    await expect(read).rejects.toEqual(damage('truncated'));
  });

  it('that are shorter than a block are truncated', () => {
    expect(() => findKey(search(Buffer.from('Salted__12345678')))).toThrow(damage('truncated'));
  });

  it('of any content open again, however the bytes arrive', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 300 }),
        fc.integer({ min: 1, max: 50 }),
        async (bytes, piece) => {
          const plain = Buffer.concat([Buffer.from([0x1f, 0x8b, 0x08]), bytes]);
          const file = opensslEncrypt(plain, passphrase, 'evp-md5');
          const key = findKey(search(file));
          expect(await collect(opensslDecrypt(inPieces(file, piece), cipher, key))).toEqual(plain);
        },
      ),
      { numRuns: 30 },
    );
  });

  it('with any bytes for a head crash nothing', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 96 }),
        fc.constantFrom('gzip', 'anything', 'pg-dump'),
        (bytes, inside) => {
          const file = Buffer.concat([Buffer.from('Salted__'), bytes]);
          try {
            // One iteration: PBKDF2's cost is not what is tested here.
            findKey(search(file, { inside, iterations: 1 }));
          } catch (error) {
            expect(error).toHaveProperty('damage');
          }
        },
      ),
      { numRuns: 4_000 },
    );
  });
});
