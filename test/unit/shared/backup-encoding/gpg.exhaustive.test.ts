import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { ByteSource } from '../../../../shared/backup-encoding/byte-source.ts';
import { decryptGpg } from '../../../../shared/backup-encoding/gpg-decrypt.ts';
import { collect, inPieces } from '../../../support/bytes.ts';
import { changed, damage, notJudged } from '../../../support/layer-suite.ts';

const fixture = (name: string): Buffer =>
  readFileSync(new URL(`../../../fixtures/${name}`, import.meta.url));
const plain = fixture('zstd/default.zst');
const file = fixture('gpg/passphrase.gpg');
const PASSPHRASE = 'a passphrase';
const key = (name: string): string => fixture(`gpg/${name}.key`).toString();

const literal = (value: string) => ({ from: 'literal', value }) as const;
const decrypt = (source: ByteSource, secret = PASSPHRASE, passphrase?: string) =>
  decryptGpg(
    source,
    {
      name: 'gpg',
      key: literal(secret),
      passphrase: passphrase === undefined ? undefined : literal(passphrase),
    },
    async (secret) => (secret.from === 'literal' ? secret.value : ''),
  );
const read = async (bytes: Buffer, secret?: string, passphrase?: string) =>
  collect(await decrypt(inPieces(bytes), secret, passphrase));

async function* opened(source: ByteSource): AsyncGenerator<Buffer> {
  yield* await decrypt(source);
}

describe('decryptGpg', () => {
  it.each(['passphrase.gpg', 'armored.asc', 'uncompressed.gpg', 'bzip2.gpg'])(
    'opens %s with its passphrase',
    async (name) => {
      expect(await read(fixture(`gpg/${name}`), `${PASSPHRASE}\n`)).toEqual(plain);
    },
  );

  it.each([
    ['rsa.gpg', 'plain', undefined],
    ['two-keys.gpg', 'other', undefined],
    ['cv25519.gpg', 'locked', 'of the key'],
    ['hidden.gpg', 'locked', 'of the key'],
  ])('opens %s with the key %s', async (name, secret, passphrase) => {
    expect(await read(fixture(`gpg/${name}`), key(secret), passphrase)).toEqual(plain);
  });

  it('gives the same for any pieces of the source', async () => {
    for (const size of [1, 2, 7, 100, 5_000]) {
      expect(await collect(await decrypt(inPieces(file, size)))).toEqual(plain);
    }
  });

  it('finds every cut', async () => {
    for (let length = 0; length < file.length; length += 197) {
      await expect(read(file.subarray(0, length))).rejects.toSatisfy(
        (error) => error instanceof Error && 'damage' in error,
      );
    }
    for (const cut of [1, 10, 22, 100, 500]) {
      await expect(read(file.subarray(0, -cut))).rejects.toEqual(damage('truncated'));
    }
  });

  it('finds changed bytes', async () => {
    for (let at = 0; at < file.length; at += 111) {
      await expect(read(changed(file, at, 0x40))).rejects.toSatisfy(
        (error) => error instanceof Error && ('damage' in error || 'reason' in error),
      );
    }
    await expect(read(changed(file, file.length - 1))).rejects.toEqual(damage('corrupt'));
    await expect(read(changed(file, 600))).rejects.toEqual(damage('corrupt'));
  });

  it('refuses what follows the end', async () => {
    for (const junk of [Buffer.from('and more'), Buffer.alloc(512), file]) {
      await expect(read(Buffer.concat([file, junk]))).rejects.toEqual(damage('trailing-data'));
    }
  });

  it('says that a key is wrong', async () => {
    const rsa = fixture('gpg/rsa.gpg');
    await expect(read(file, 'another')).rejects.toEqual(damage('wrong-key'));
    await expect(read(file, key('plain'))).rejects.toEqual(damage('wrong-key'));
    await expect(read(rsa, key('other'))).rejects.toThrow(/to the keys [0-9a-f]{16}, and the plan/);
    await expect(read(rsa, PASSPHRASE)).rejects.toEqual(damage('wrong-key'));
  });

  it('says that the key of the plan cannot be used, and repeats nothing of it', async () => {
    const sealed = fixture('gpg/cv25519.gpg');
    const unusable = notJudged('key-not-named');
    await expect(read(sealed, key('locked'))).rejects.toEqual(unusable);
    await expect(read(sealed, key('locked'), 'another')).rejects.toEqual(unusable);
    await expect(read(sealed, key('locked').slice(0, 300))).rejects.toEqual(unusable);
  });

  it('does not judge what has no integrity protection', async () => {
    await expect(read(fixture('gpg/no-mdc.gpg'))).rejects.toEqual(
      notJudged('encoding-not-supported'),
    );
  });

  it('ends its source when the reader leaves early, and passes on its error', async () => {
    let ended = false;
    const source = async function* () {
      try {
        for (let round = 0; round < 1_000; round += 1) yield Buffer.from(file);
      } finally {
        ended = true;
      }
    };
    for await (const _ of opened(source())) break;
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(ended).toBe(true);
    const broken = async function* () {
      yield file.subarray(0, 500);
      throw new RangeError('the source broke');
    };
    await expect(collect(opened(broken()))).rejects.toThrow(RangeError);
  });
});
