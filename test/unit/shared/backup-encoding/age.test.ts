import { readFileSync } from 'node:fs';
import { Encrypter } from 'age-encryption';
import { describe, expect, it } from 'vitest';
import { decryptAge } from '../../../../shared/backup-encoding/age-decrypt.ts';
import type { ByteSource } from '../../../../shared/backup-encoding/byte-source.ts';
import { collect, inPieces } from '../../../support/bytes.ts';
import { changed, damage, layerSuite, notJudged } from '../../../support/layer-suite.ts';

const fixture = (name: string): Buffer =>
  readFileSync(new URL(`../../../fixtures/${name}`, import.meta.url));
const plain = fixture('zstd/default.zst');
const identity = fixture('age/identity.txt').toString();
const other = fixture('age/other-identity.txt').toString();
const file = fixture('age/x25519.age');
const armored = fixture('age/armored.age');

const decrypt = (source: ByteSource, secret = identity) =>
  decryptAge(source, { name: 'age', key: { from: 'literal', value: '' } }, async () => secret);
const read = async (bytes: Buffer, secret?: string) =>
  collect(await decrypt(inPieces(bytes, 1_000_000), secret));

/** The suite reads what it is given; this layer is opened first. */
async function* opened(source: ByteSource): AsyncGenerator<Buffer> {
  yield* await decrypt(source);
}

const CHUNK = 65_552;
const long = Buffer.alloc(150_000, 'rows of a table\n');
const encrypt = async (bytes: Buffer, passphrase?: string): Promise<Buffer> => {
  const encrypter = new Encrypter();
  encrypter.setScryptWorkFactor(10);
  if (passphrase === undefined) encrypter.addRecipient(identity.match(/age1\w+/)?.[0] ?? '');
  else encrypter.setPassphrase(passphrase);
  return Buffer.from(await encrypter.encrypt(new Uint8Array(bytes)));
};

describe('decryptAge', () => {
  describe('of a small file', () => {
    layerSuite({ read: opened, stored: file, plain, runs: 20 });
  });

  it.each(['two-recipients.age', 'armored.age'])('opens %s', async (name) => {
    expect(await read(fixture(`age/${name}`))).toEqual(plain);
  });

  it('opens a file of nothing, and one of a passphrase', async () => {
    expect(await read(fixture('age/empty.age'))).toEqual(Buffer.alloc(0));
    expect(await read(await encrypt(plain, 'a passphrase'), 'a passphrase\n')).toEqual(plain);
  });

  it('tries every identity of the secret', async () => {
    expect(await read(file, `${other}\n${identity}`)).toEqual(plain);
  });

  it('says that a key is wrong, and what it was made for', async () => {
    const made = await encrypt(plain, 'a passphrase');
    await expect(read(made, 'another')).rejects.toEqual(damage('wrong-key'));
    await expect(read(made, identity)).rejects.toThrow('to a passphrase, and the plan names an id');
    await expect(read(file, other)).rejects.toEqual(damage('wrong-key'));
    await expect(read(file, 'a passphrase')).rejects.toThrow('the plan names a passphrase');
  });

  it('repeats no secret, also where it is no valid identity', async () => {
    const broken = identity.replace(/KEY-1\w/, 'KEY-1B');
    const error = await read(file, broken).catch((thrown: unknown) => thrown);
    expect(error).toEqual(notJudged('key-not-named'));
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain('SECRET-KEY');
  });

  it('does not judge what only an ssh key opens, or another version', async () => {
    await expect(read(fixture('age/ssh.age'))).rejects.toThrow(/ssh-ed25519/);
    await expect(read(Buffer.from('age-encryption.org/v2\n'))).rejects.toEqual(
      notJudged('encoding-not-supported'),
    );
  });

  it('does not spend what a header asks for', async () => {
    const made = (await encrypt(plain, 'x')).toString('latin1').replace(/ 10\n/, ' 30\n');
    await expect(read(Buffer.from(made, 'latin1'), 'x')).rejects.toEqual(notJudged('over-limit'));
    const endless = Buffer.from(`age-encryption.org/v1\n${'-> a b\n'.repeat(20_000)}`);
    await expect(read(endless)).rejects.toEqual(damage('corrupt'));
  });

  it('authenticates every piece of a long file, and knows the last', async () => {
    const made = await encrypt(long);
    expect((await read(made)).equals(long)).toBe(true);
    const header = made.indexOf('\n', made.indexOf('\n--- ') + 1) + 1 + 16;
    for (const [cut, words] of [
      [header + CHUNK, 'behind piece 1 '],
      [header + 2 * CHUNK, 'behind piece 2 '],
      [header + CHUNK + 100, 'last piece fails'],
    ] as const) {
      await expect(read(made.subarray(0, cut))).rejects.toThrow(words);
      await expect(read(made.subarray(0, cut))).rejects.toEqual(damage('truncated'));
    }
    await expect(read(changed(made, header + CHUNK + 9))).rejects.toThrow('piece 2');
    const whole = await encrypt(long.subarray(0, 65_536));
    await expect(read(Buffer.concat([whole, Buffer.from('x')]))).rejects.toEqual(
      damage('trailing-data'),
    );
  });

  it('reads armor strictly', async () => {
    const text = armored.toString();
    const lines = text.split('\n');
    const [begin = '', first = '', ...rest] = lines;
    await expect(read(Buffer.from(text.slice(0, -40)))).rejects.toEqual(damage('truncated'));
    await expect(read(Buffer.from(`${text}more`))).rejects.toEqual(damage('trailing-data'));
    for (const bad of [`${first.slice(1)}*`, first.slice(4), `${first}AAAA`, 'A'.repeat(500)]) {
      const broken = Buffer.from([begin, bad, ...rest].join('\n'));
      await expect(read(broken)).rejects.toEqual(damage('corrupt'));
    }
    expect(await read(Buffer.from(text.replaceAll('\n', '\r\n')))).toEqual(plain);
  });
});
