import { readFileSync } from 'node:fs';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { opensslEncrypt } from '../../../../local/openssl-encrypt.ts';
import type { Encoded } from '../../../../shared/backup-encoding/open-layers.ts';
import { openMember } from '../../../../shared/backup-set/open-member.ts';
import { encrypting, PASSPHRASE } from '../../../support/backup-policies.ts';
import { collect, inPieces } from '../../../support/bytes.ts';

const rows = Buffer.from('1\tone\n\\.\n\n\n');
const zipped = gzipSync(rows);

const open = async (storedAs: string, bytes: Buffer, encoding?: Encoded['encoding']) => {
  const readSecret = async () => PASSPHRASE;
  const source = inPieces(bytes, 7);
  const { source: plain, layers } = await openMember(storedAs, source, { encoding, readSecret });
  return { plain: (await collect(plain)).toString(), layers };
};
const whole = (...layers: unknown[]) => ({ plain: rows.toString(), layers });
const OPENSSL = 'openssl aes-256-cbc (evp-sha256)';

describe('a file of a backup of several', () => {
  it('is opened as its own name says, where the plan says nothing', async () => {
    expect(await open('3456.dat.gz', zipped)).toEqual(whole('gzip'));
    expect(await open('3456.dat', rows)).toEqual(whole());
    expect(await open('base.tar.gz.gz', gzipSync(zipped))).toEqual(whole('gzip', 'gzip'));
  });

  it('is sniffed where no rows are in it', async () => {
    expect(await open('toc.dat', zipped)).toEqual(whole('gzip'));
  });

  it('does not take rows for a layer', async () => {
    const odd = Buffer.from('Salted__ is a name\n\\.\n\n\n');
    expect((await open('3456.dat', odd)).plain).toBe(odd.toString());
  });

  it('has the layers of the plan around those of its name', async () => {
    const stored = opensslEncrypt(zipped, PASSPHRASE);
    const encoding = [encrypting()];
    expect(await open('3456.dat.gz.enc', stored, encoding)).toEqual(whole(OPENSSL, 'gzip'));
    expect(await open('3456.dat.gz', stored, encoding)).toEqual(whole(OPENSSL, 'gzip'));
    const plain = opensslEncrypt(rows, PASSPHRASE);
    expect(await open('3456.dat', plain, encoding)).toEqual(whole(OPENSSL));
  });

  it('is not unpacked twice where plan and name say the same', async () => {
    expect(await open('3456.dat.gz', zipped, [{ name: 'gzip' }])).toEqual(whole('gzip'));
    const twice = gzipSync(zipped);
    expect(await open('3456.dat.gz', twice, [{ name: 'gzip' }])).toEqual(whole('gzip', 'gzip'));
  });

  it('may lack the compression of the plan where its program never compresses it', async () => {
    const gzip = [{ name: 'gzip' as const }];
    const manifest = Buffer.from('{ "PostgreSQL-Backup-Manifest-Version": 1,\n"Files": []}\n');
    for (const name of ['backup_manifest', 'pg_wal.tar', 'toc.dat', 'blobs_16.toc']) {
      expect(await open(name, manifest, gzip)).toEqual({ plain: manifest.toString(), layers: [] });
      const zippedToo = await open(name, gzipSync(manifest), gzip);
      expect(zippedToo).toEqual({ plain: manifest.toString(), layers: ['gzip'] });
    }
    const stored = opensslEncrypt(manifest, PASSPHRASE);
    const both = [...gzip, encrypting()];
    for (const name of ['backup_manifest', 'backup_manifest.enc']) {
      expect(await open(name, stored, both)).toMatchObject({ layers: [OPENSSL] });
      const around = opensslEncrypt(gzipSync(manifest), PASSPHRASE);
      expect(await open(name, around, both)).toMatchObject({ layers: [OPENSSL, 'gzip'] });
    }
    for (const name of ['base.tar', 'backup_manifest.gz', '3456.dat']) {
      await expect(open(name, manifest, gzip)).rejects.toMatchObject({
        damage: 'encoding-mismatch',
      });
    }
  });

  it('is broken where it is not what its name says', async () => {
    await expect(open('3456.dat.gz', rows)).rejects.toMatchObject({
      damage: 'corrupt',
      message: '3456.dat.gz does not begin like gzip',
    });
  });

  it('cannot be judged where the plan names no key for it', async () => {
    const stored = opensslEncrypt(zipped, PASSPHRASE);
    await expect(open('3456.dat.gz.enc', stored)).rejects.toMatchObject({
      reason: 'key-not-named',
    });
  });

  it('is not opened where xz is within xz, which would wait for itself', async () => {
    const xz = readFileSync(new URL('../../../fixtures/xz/crc64.xz', import.meta.url));
    const inner = gunzipSync(
      readFileSync(new URL('../../../fixtures/lz4/content.gz', import.meta.url)),
    );
    expect((await open('toc.dat.xz', xz)).plain).toBe(inner.toString());
    const twice = readFileSync(new URL('../../../fixtures/xz/twice.xz', import.meta.url));
    await expect(open('toc.dat.xz.xz', twice)).rejects.toMatchObject({
      reason: 'encoding-not-supported',
    });
  });
});
