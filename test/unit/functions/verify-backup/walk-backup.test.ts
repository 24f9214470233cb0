import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { walkBackup } from '../../../../functions/verify-backup/walk-backup.ts';
import { opensslEncrypt } from '../../../../local/openssl-encrypt.ts';
import type { StoredBackup } from '../../../../shared/plan/plan.ts';
import { readArchive } from '../../../support/archive-dumps.ts';
import { encrypting, PASSPHRASE, storedBackup } from '../../../support/backup-policies.ts';
import { asOneTar, realBackup } from '../../../support/base-backups.ts';
import { inPieces } from '../../../support/bytes.ts';

const fixture = (name: string): Buffer =>
  readFileSync(new URL(`../../../fixtures/plain-dumps/${name}`, import.meta.url));
const dump = fixture('database.sql');

const walk = (bytes: Buffer, backup: Partial<StoredBackup> = {}, name = 'dump.sql.gz') =>
  walkBackup({
    source: inPieces(bytes, 333),
    name,
    size: bytes.length,
    backup: storedBackup(backup),
    tail: bytes.subarray(-32),
    readSecret: async (secret) => (secret.from === 'literal' ? secret.value : ''),
  });
const damage = (name: string) => expect.objectContaining({ damage: name });
const notJudged = (reason: string) => expect.objectContaining({ name: 'NotJudgedError', reason });

const gzipThenOpenssl: StoredBackup['encoding'] = [{ name: 'gzip' }, encrypting()];

describe('walking a backup', () => {
  it('sees through the layers of the plan and hashes what is stored', async () => {
    const stored = opensslEncrypt(gzipSync(dump), PASSPHRASE, 'pbkdf2-sha256');
    expect(await walk(stored, { encoding: gzipThenOpenssl })).toEqual({
      contents: expect.objectContaining({ tables: 1, rows: 3, databases: [] }),
      bytes: stored.length,
      sha256: createHash('sha256').update(stored).digest('hex'),
      plainBytes: dump.length,
      layers: ['openssl aes-256-cbc (pbkdf2-sha256 with 10000 iterations)', 'gzip'],
      format: 'pg-dump plain',
      serverVersion: '15.18 (Debian 15.18-0+deb12u1)',
      dumpVersion: '15.18 (Debian 15.18-0+deb12u1)',
    });
  });

  it('takes the layers off in the opposite order', async () => {
    const stored = gzipSync(opensslEncrypt(dump, PASSPHRASE));
    const walked = await walk(stored, { encoding: [encrypting(), { name: 'gzip' }] });
    expect(walked.layers).toEqual(['gzip', 'openssl aes-256-cbc (evp-sha256)']);
  });

  it('finds gzip by itself where the plan names no encoding', async () => {
    expect((await walk(gzipSync(gzipSync(dump)))).layers).toEqual(['gzip', 'gzip']);
    expect((await walk(dump)).layers).toEqual([]);
  });

  it('opens age and gpg with what the plan names for them', async () => {
    const read = (name: string) =>
      readFileSync(new URL(`../../../fixtures/${name}`, import.meta.url));
    const value = read('age/identity.txt').toString();
    const age = { name: 'age', key: { from: 'literal', value } } as const;
    const gpg = { name: 'gpg', key: { from: 'literal', value: 'a passphrase' } } as const;
    const files = { kind: 'files', encoding: [{ name: 'zstd' }, age] } as const;
    const walked = await walk(read('age/x25519.age'), { ...files, encoding: [...files.encoding] });
    expect(walked).toMatchObject({ layers: ['age', 'zstd'], plainBytes: 122_400 });
    const opened = await walk(read('gpg/passphrase.gpg'), {
      kind: 'files',
      encoding: [{ name: 'zstd' }, gpg],
    });
    expect(opened).toMatchObject({ layers: ['gpg', 'zstd'], plainBytes: 122_400 });
  });

  it('finds zstd by itself, alone or under gzip', async () => {
    expect((await walk(zstdCompressSync(dump))).layers).toEqual(['zstd']);
    expect((await walk(gzipSync(zstdCompressSync(dump)))).layers).toEqual(['gzip', 'zstd']);
  });

  it('does not call encrypted bytes broken where the plan names no key', async () => {
    await expect(walk(opensslEncrypt(dump, PASSPHRASE))).rejects.toEqual(
      notJudged('key-not-named'),
    );
  });

  it('fails a backup that is not encrypted though the plan says so', async () => {
    await expect(walk(gzipSync(dump), { encoding: gzipThenOpenssl })).rejects.toEqual(
      damage('encoding-mismatch'),
    );
    await expect(walk(dump, { encoding: [{ name: 'gzip' }] })).rejects.toEqual(
      damage('encoding-mismatch'),
    );
  });

  it('takes a plan that names no layer at its word', async () => {
    await expect(walk(gzipSync(dump), { encoding: [] })).rejects.toEqual(damage('not-a-dump'));
  });

  it('tells a wrong passphrase from a cut file', async () => {
    const stored = opensslEncrypt(gzipSync(dump), 'another');
    await expect(walk(stored, { encoding: gzipThenOpenssl })).rejects.toEqual(damage('wrong-key'));
    const cut = opensslEncrypt(gzipSync(dump), PASSPHRASE).subarray(0, -160);
    await expect(walk(cut, { encoding: gzipThenOpenssl })).rejects.toEqual(damage('truncated'));
  });

  it('finds a dump that was cut before it was compressed', async () => {
    const stored = gzipSync(dump.subarray(0, -200));
    await expect(walk(stored, { encoding: [{ name: 'gzip' }] })).rejects.toEqual(
      damage('truncated'),
    );
  });

  it('finds gzip cut between its members by what is missing inside', async () => {
    const members = [gzipSync(dump.subarray(0, 500)), gzipSync(dump.subarray(500))] as const;
    expect((await walk(Buffer.concat(members))).format).toBe('pg-dump plain');
    await expect(walk(members[0])).rejects.toEqual(damage('truncated'));
  });

  it('finds that nothing was compressed, or encrypted', async () => {
    await expect(walk(gzipSync(Buffer.alloc(0)))).rejects.toEqual(damage('empty'));
    const stored = opensslEncrypt(gzipSync(Buffer.alloc(0)), PASSPHRASE);
    await expect(walk(stored, { encoding: gzipThenOpenssl })).rejects.toEqual(damage('empty'));
  });

  it('says which formats it does not judge', async () => {
    const xz = Buffer.from('fd377a585a000004', 'hex');
    await expect(walk(gzipSync(xz), { encoding: [{ name: 'gzip' }] })).rejects.toEqual(
      notJudged('format-not-supported'),
    );
    await expect(walk(dump, { kind: 'base-backup' })).rejects.toEqual(
      notJudged('format-not-supported'),
    );
  });

  it('walks a dump in the custom or tar format below its layers', async () => {
    const stored = opensslEncrypt(gzipSync(fixture('custom.dump')), PASSPHRASE);
    const custom = await walk(stored, { encoding: gzipThenOpenssl });
    expect(custom).toMatchObject({
      format: 'pg-dump custom',
      plainBytes: fixture('custom.dump').length,
      sha256: createHash('sha256').update(stored).digest('hex'),
      serverVersion: '15.18 (Debian 15.18-0+deb12u1)',
      contents: { database: 'mailblast', tables: 1, rows: 3 },
    });
    const tar = readArchive('17-shop.tar');
    expect(await walk(gzipSync(tar))).toMatchObject({
      format: 'pg-dump tar',
      plainBytes: tar.length,
      contents: { database: 'shop', tables: 4, rows: 47 },
    });
    await expect(walk(gzipSync(tar.subarray(0, 9_000)))).rejects.toEqual(damage('truncated'));
    await expect(walk(gzipSync(tar), { kind: 'base-backup' })).rejects.toEqual(
      notJudged('content-not-recognised'),
    );
  });

  it('walks a tar of a data directory', async () => {
    const tar = asOneTar(realBackup(15));
    expect(await walk(gzipSync(tar), { kind: 'base-backup' })).toMatchObject({
      format: 'base backup',
      plainBytes: tar.length,
      layers: ['gzip'],
      serverVersion: '15',
      baseBackup: { label: 'nightly backup' },
    });
    const cut = gzipSync(tar.subarray(0, 90_000));
    await expect(walk(cut, { kind: 'base-backup' })).rejects.toEqual(damage('truncated'));
  });

  it('finds what follows gzip, also where a custom dump inside is whole', async () => {
    const stored = Buffer.concat([gzipSync(fixture('custom.dump')), Buffer.alloc(9)]);
    await expect(walk(stored)).rejects.toEqual(damage('trailing-data'));
  });

  it('calls what is no dump broken only where its name says that it is one', async () => {
    const page = Buffer.from('<html>502 Bad Gateway</html>');
    await expect(walk(page, {}, 'db.sql')).rejects.toEqual(damage('not-a-dump'));
    for (const name of ['db.sql.sha256', '3456.dat.gz', 'README']) {
      await expect(walk(page, {}, name)).rejects.toEqual(notJudged('format-not-recognised'));
    }
  });

  it('names what is inside instead of what the plan says', async () => {
    const stored = opensslEncrypt(gzipSync(dump), PASSPHRASE);
    await expect(walk(stored, { encoding: [encrypting()] })).rejects.toEqual(
      damage('encoding-mismatch'),
    );
    const other = opensslEncrypt(Buffer.from('neither gzip nor a dump'), PASSPHRASE);
    await expect(walk(other, { encoding: gzipThenOpenssl })).rejects.toEqual(
      notJudged('content-not-recognised'),
    );
  });

  it('reads what has no format to its end', async () => {
    const env = Buffer.from('DATABASE_URL=postgres://…\n');
    const stored = opensslEncrypt(env, PASSPHRASE);
    const walked = await walk(stored, { kind: 'config', encoding: [encrypting()] });
    expect(walked).toMatchObject({ format: 'bytes', plainBytes: env.length });
  });

  it('passes on what its source throws', async () => {
    const source = async function* () {
      yield dump.subarray(0, 100);
      throw new RangeError('S3 broke off');
    };
    const input = {
      name: 'dump.sql',
      size: 1_000,
      backup: storedBackup(),
      tail: Buffer.alloc(32),
      readSecret: async () => '',
    };
    await expect(walkBackup({ ...input, source: source() })).rejects.toThrow(RangeError);
  });

  it('leaves a tar unjudged that pg_dump did not write', async () => {
    const own = readArchive('15-shop.tar');
    const header = Buffer.from(own.subarray(0, 512));
    header.write('somebody', 265);
    // The checksum counts its own field as blanks.
    header.fill(' ', 148, 156);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
    const foreign = Buffer.concat([header, own.subarray(512)]);
    await expect(walk(foreign, {}, 'shop.tar')).rejects.toEqual(notJudged('format-not-supported'));
    header.write('x', 265);
    const changed = Buffer.concat([header, own.subarray(512)]);
    await expect(walk(changed, {}, 'shop.tar')).rejects.toEqual(damage('corrupt'));
  });

  it('ends its source where it leaves what is inside unread', async () => {
    let isEnded = false;
    const source = async function* () {
      try {
        for (;;) yield zstdCompressSync(dump);
      } finally {
        isEnded = true;
      }
    };
    const unread = walkBackup({
      source: source(),
      name: 'base.tar.zst',
      size: 1_000_000,
      backup: storedBackup({ kind: 'base-backup' }),
      tail: Buffer.alloc(0),
      readSecret: async () => '',
    });
    await expect(unread).rejects.toEqual(notJudged('format-not-supported'));
    await expect.poll(() => isEnded).toBe(true);
  });
});
