import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { compareVersions } from '../../../../functions/check-wal/compare-versions.ts';
import { emptyHeaderMemory } from '../../../../functions/check-wal/header-memory.ts';
import { inspectSegment } from '../../../../functions/check-wal/inspect-segment.ts';
import { walkFile } from '../../../../functions/check-wal/walk-file.ts';
import { opensslEncrypt } from '../../../../local/openssl-encrypt.ts';
import type { KeyDerivation } from '../../../../shared/backup-encoding/openssl-key.ts';
import { encrypting, PASSPHRASE } from '../../../support/backup-policies.ts';
import { inPieces } from '../../../support/bytes.ts';
import { damaged, wholeSegments } from '../../../support/wal-segments.ts';
import { file, READING } from './listed-archive.ts';
import { surveyOf, walPolicy } from './surveyed-archive.ts';

const DERIVATIONS: KeyDerivation['name'][] = ['evp-sha256', 'evp-md5', 'pbkdf2-sha256'];
const [[segment, wal] = ['', Buffer.alloc(0)]] = wholeSegments(15);
const policy = walPolicy({ encoding: [encrypting()] });

/** What the header of a stored segment comes to, and which ranges were asked for. */
const inspect = async (stored: Buffer, passphrase = PASSPHRASE) => {
  const asked: number[] = [];
  const read = async (_: string, bytes: number) => {
    asked.push(bytes);
    return { bytes: stored.subarray(0, bytes), lastModified: new Date(0) };
  };
  const expected = { histories: new Map(), segmentSize: wal.length };
  const opening = { policy, read, readSecret: async () => passphrase, expected };
  const { inspected } = await inspectSegment(opening, segment, '', 0);
  return { inspected, asked };
};

const walk = async (stored: Buffer, passphrase = PASSPHRASE) => {
  const reading = { ...READING, segmentSize: wal.length, rawNamesAreRaw: false };
  const survey = surveyOf([file(segment, stored.length)], [], reading);
  const client = { readWhole: () => inPieces(Buffer.from(stored), 65_536) };
  const headers = emptyHeaderMemory(new Date(0));
  const walking = { client, policy, readSecret: async () => passphrase, survey, headers };
  const one = { segment, suffix: '', key: '1 ', number: 1n };
  return walkFile(walking, one, { mayEndEarly: false });
};

const compare = async (stored: Buffer[], passphrase = PASSPHRASE) => {
  const versions = stored.map(({ length }, index) => ({
    versionId: `v${index}`,
    etag: `"${index}"`,
    size: length,
    lastModified: new Date(0),
  }));
  const client = {
    versions: async () => versions,
    readVersion: (_: string, { versionId }: { versionId: string }) =>
      inPieces(Buffer.from(stored[Number(versionId.slice(1))] ?? ''), 65_536),
  };
  return compareVersions({ client, policy, readSecret: async () => passphrase }, segment);
};

describe('a segment that openssl enc wrote without compression', () => {
  it.each(DERIVATIONS)('is read with %s, from one range', async (derivation) => {
    const stored = opensslEncrypt(wal, PASSPHRASE, derivation);
    const { inspected, asked } = await inspect(stored);
    expect(inspected).toMatchObject({ is: 'good', cluster: { magic: 0xd110 } });
    expect(asked).toEqual([4_096]);
    expect(await walk(stored)).toMatchObject({ verdict: 'pass' });
  });

  it.each(DERIVATIONS)('is the same with another salt of %s', async (derivation) => {
    const [current, older] = [1, 2].map(() => opensslEncrypt(wal, PASSPHRASE, derivation));
    expect(await compare([current ?? wal, older ?? wal])).toEqual({ is: 'same' });
  });

  it.each(DERIVATIONS)(
    'has a wrong key where it was made with another (%s)',
    async (derivation) => {
      const stored = opensslEncrypt(wal, PASSPHRASE, derivation);
      const { inspected, asked } = await inspect(stored, 'another');
      expect(inspected).toMatchObject({ is: 'bad', finding: 'wrong-key' });
      expect(asked).toEqual([4_096]);
      expect(await walk(stored, 'another')).toMatchObject({
        verdict: 'fail',
        finding: 'wrong-key',
      });
      const older = opensslEncrypt(wal, PASSPHRASE, derivation);
      const compared = await compare([stored, older], 'another');
      expect(compared).toMatchObject({ is: 'unknown', reason: 'wrong-key' });
    },
  );

  describe('with an older version that was made with the passphrase before', () => {
    const current = opensslEncrypt(wal, PASSPHRASE);
    const before = opensslEncrypt(wal, 'the one before');
    const broken = damaged(wal, (copy) => copy.fill(0xa5, 8_192, 16_384));
    const other = damaged(wal, (copy) => copy.writeUInt8(1, copy.length - 1));

    it('is not called broken: nothing can be said of that version', async () => {
      const unknown = { is: 'unknown', reason: 'wrong-key', lasts: true };
      expect(await compare([current, before])).toMatchObject(unknown);
      expect(await compare([current, before, current])).toMatchObject(unknown);
    });

    it.each([
      ['different', other],
      ['mended', broken],
    ])('is %s where one before that one is', async (is, oldest) => {
      const stored = opensslEncrypt(oldest, PASSPHRASE);
      expect(await compare([current, before, stored])).toMatchObject({ is });
      expect(await compare([current, stored, before])).toMatchObject({ is });
    });
  });

  it('was broken where an older version is empty', async () => {
    const current = opensslEncrypt(wal, PASSPHRASE);
    expect(await compare([current, Buffer.alloc(0)])).toMatchObject({ is: 'mended' });
  });

  it('is called what it is where the key is right and the beginning is not', async () => {
    const change = (at: number, length: number): Buffer =>
      damaged(wal, (copy) => copy.fill(0xa5, at, at + length));
    for (const [plain, finding] of [
      [change(32, 8), 'damaged-header'],
      [change(0, 16), 'not-wal'],
      [Buffer.alloc(wal.length), 'empty-page'],
      [wal.subarray(0, 39), 'too-short'],
      [Buffer.alloc(0), 'too-short'],
    ] as const) {
      const stored = opensslEncrypt(plain, PASSPHRASE, 'pbkdf2-sha256');
      expect((await inspect(stored)).inspected).toMatchObject({ is: 'bad', finding });
    }
  });

  it('is not damaged where it is compressed too, and the plan does not say so', async () => {
    const stored = opensslEncrypt(gzipSync(wal), PASSPHRASE, 'evp-md5');
    expect((await inspect(stored)).inspected).toMatchObject({ is: 'bad', encoded: 'gzip' });
  });
});
