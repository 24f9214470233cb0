import { brotliCompressSync, constants, deflateRawSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { inspectSegment } from '../../../../functions/check-wal/inspect-segment.ts';
import { openHead } from '../../../../functions/check-wal/open-head.ts';
import { segmentHeader } from '../../../support/wal-segment.ts';
import { wholeSegments } from '../../../support/wal-segments.ts';
import { walPolicy } from './surveyed-archive.ts';

const MB = 1024 ** 2;
const readSecret = async () => 'unused';
const gzip = { layers: [{ name: 'gzip' as const }], saidBy: 'name' as const, readSecret };
const NAME = '000000010000000000000002';

/** What a file comes to, and the ranges that were asked for. */
const inspect = async (stored: Buffer, suffix: string) => {
  const asked: number[] = [];
  const read = async (_: string, bytes: number) => {
    asked.push(bytes);
    return { bytes: Buffer.from(stored.subarray(0, bytes)), lastModified: new Date(0) };
  };
  const expected = { histories: new Map() };
  const opening = { policy: walPolicy(), read, readSecret, expected };
  return { ...(await inspectSegment(opening, NAME, suffix, 0)), asked };
};

/** A gzip header as long as its file name, which any may be (RFC 1952, FNAME). */
const headerOf = (nameBytes: number): Buffer =>
  Buffer.concat([
    Buffer.from([0x1f, 0x8b, 8, 8, 0, 0, 0, 0, 0, 3]),
    Buffer.alloc(nameBytes, 0x61),
    Buffer.alloc(1),
  ]);

describe('the beginning of a compressed file', () => {
  it('that swells to 64 MB behind a long header is opened no further than its first bytes', async () => {
    const zeros = deflateRawSync(Buffer.alloc(2 * MB), { finishFlush: constants.Z_FULL_FLUSH });
    const bomb = Buffer.concat([headerOf(70_000), ...Array.from({ length: 32 }, () => zeros)]);
    const { inspected, asked } = await inspect(bomb, '.gz');
    expect(inspected).toMatchObject({ is: 'bad', finding: 'empty-page' });
    expect(asked).toEqual([1_024, 65_536, 64 * MB]);
    const opened = await openHead({ ...gzip, head: bomb, whole: true });
    if (opened.is !== 'open') throw new Error(opened.is);
    expect(opened.bytes.length).toBeLessThanOrEqual(2 * MB);
  });

  it('opens behind a header longer than the first range', async () => {
    const [[, wal] = ['', Buffer.alloc(0)]] = wholeSegments(16);
    const deflated = gzipSync(wal).subarray(10);
    const stored = Buffer.concat([headerOf(3_000), deflated]);
    const opened = await openHead({ ...gzip, head: stored.subarray(0, 65_536), whole: false });
    if (opened.is !== 'open') throw new Error(opened.is);
    expect(opened.bytes.subarray(0, 40)).toEqual(wal.subarray(0, 40));
    expect(await openHead({ ...gzip, head: stored.subarray(0, 1_024), whole: false })).toEqual({
      is: 'more-needed',
    });
  });

  it('that is no gzip behind its header needs no second range', async () => {
    const stored = Buffer.concat([gzipSync('x').subarray(0, 10), Buffer.alloc(5_000, 0xff)]);
    const { inspected, asked } = await inspect(stored, '.gz');
    expect(inspected).toMatchObject({ is: 'bad', finding: 'corrupt' });
    expect(asked).toEqual([1_024]);
  });

  it('of brotli, of a segment that is nearly empty and large, is no damage', async () => {
    const segment = Buffer.alloc(80 * MB);
    segmentHeader(NAME).copy(segment);
    const params = { [constants.BROTLI_PARAM_QUALITY]: 1 };
    const { inspected, asked } = await inspect(brotliCompressSync(segment, { params }), '.br');
    expect(inspected).toMatchObject({ is: 'good' });
    expect(asked).toEqual([65_536]);
  });
});
