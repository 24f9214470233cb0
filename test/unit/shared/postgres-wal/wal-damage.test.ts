import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judgeWalk } from '../../../../shared/postgres-wal/judge-walk.ts';
import type { WalkOptions } from '../../../../shared/postgres-wal/segment-walker.ts';
import { damaged, mustWalk, walkBytes, wholeSegments } from '../../../support/wal-segments.ts';
import { SWITCH_RECORD, type WalRecord, writeSegment } from '../../../support/write-wal.ts';

const PAGE = 8_192;
const [, OTHER] = wholeSegments(16)[0] ?? [];
const segmentOf = (index: number): Buffer => wholeSegments(15)[index]?.[1] ?? Buffer.alloc(0);
/** Rows, pages and a checkpoint up to 0x25298, then zeros after a switch. */
const ROWS = segmentOf(0);
/** The middle of a record of 2.2 MB. */
const MIDDLE = segmentOf(2);
/** Small records to its end. */
const SMALL = segmentOf(4);

const judge = async (bytes: Buffer, options?: WalkOptions): Promise<string> => {
  const judged = judgeWalk(await walkBytes(bytes, options), 'no');
  if (judged.verdict === 'fail') return judged.finding;
  return judged.verdict === 'unknown' ? judged.reason : 'pass';
};

const CHANGES: [what: string, bytes: Buffer, finding: string, change: (copy: Buffer) => void][] = [
  ['a byte of a row', ROWS, 'record-checksum', (copy) => copy.writeUInt8(1, 0x1_0100)],
  ['the checksum of a record', ROWS, 'record-checksum', (copy) => copy.writeUInt8(0, 40 + 20)],
  ['the transaction of a record', ROWS, 'record-checksum', (copy) => copy.writeUInt8(9, 40 + 4)],
  ['a length of 2^31', ROWS, 'record-header', (copy) => copy.writeUInt32LE(2 ** 31, 40)],
  ['a length of 2^32 - 1', ROWS, 'record-header', (copy) => copy.writeUInt32LE(0xffff_ffff, 40)],
  ['a length of 1 GB less 1', ROWS, 'continuation', (copy) => copy.writeUInt32LE(0x3fff_ffff, 40)],
  ['a length of 23', ROWS, 'record-header', (copy) => copy.writeUInt32LE(23, 40)],
  ['no length', ROWS, 'record-header', (copy) => copy.writeUInt32LE(0, 40)],
  ['a resource manager 22', ROWS, 'record-header', (copy) => copy.writeUInt8(22, 40 + 17)],
  ['a link to itself', ROWS, 'record-chain', (copy) => copy.writeBigUInt64LE(0x60_0028n, 40 + 8)],
  ['a page magic', ROWS, 'page-header', (copy) => copy.writeUInt16LE(0xd111, PAGE)],
  ['page flags', ROWS, 'page-header', (copy) => copy.writeUInt16LE(0x10, PAGE + 2)],
  ['a long header inside', ROWS, 'page-header', (copy) => copy.writeUInt16LE(0x02, PAGE + 2)],
  ['a page address', ROWS, 'page-header', (copy) => copy.writeUInt8(1, PAGE + 8)],
  ['a page of an earlier segment', ROWS, 'leftover', (copy) => copy.writeUInt8(0, PAGE + 10)],
  ['a page of timeline 0', ROWS, 'timeline', (copy) => copy.writeUInt8(0, PAGE + 4)],
  ['a page of timeline 2', ROWS, 'timeline', (copy) => copy.writeUInt8(2, PAGE + 4)],
  ['a page of zeros', ROWS, 'zeros', (copy) => copy.fill(0, PAGE, 2 * PAGE)],
  ['zeros within a page', ROWS, 'record-checksum', (copy) => copy.fill(0, 0x100, 2 * PAGE)],
  ['zeros to the end', SMALL, 'zeros', (copy) => copy.fill(0, 64 * PAGE)],
  ['zeros up to the last page', SMALL, 'zeros', (copy) => copy.fill(0, 64 * PAGE, 127 * PAGE)],
  ['a page twice', SMALL, 'page-header', (copy) => copy.copy(copy, 9 * PAGE, 8 * PAGE, 9 * PAGE)],
  [
    '8 bytes put in',
    SMALL,
    'record-chain',
    (copy) => copy.copy(copy, 4_104, 4_096, copy.length - 8),
  ],
  ['what is left of a record', MIDDLE, 'continuation', (copy) => copy.writeUInt8(1, PAGE + 16)],
  ['no rest of a record', MIDDLE, 'continuation', (copy) => copy.writeUInt8(0, PAGE + 2)],
  ['a rest of 0 bytes', MIDDLE, 'continuation', (copy) => copy.writeUInt32LE(0, 16)],
  ['a segment size of 2 MB', MIDDLE, 'truncated', (copy) => copy.writeUInt32LE(2 ** 21, 32)],
  ['a page size of 16 kB', MIDDLE, 'continuation', (copy) => copy.writeUInt32LE(16_384, 36)],
  ['a page size of 12 kB', MIDDLE, 'damaged-header', (copy) => copy.writeUInt32LE(12_288, 36)],
  ['an empty page at its start', MIDDLE, 'empty-page', (copy) => copy.fill(0, 0, PAGE)],
  ['an unknown magic', MIDDLE, 'unknown-version', (copy) => copy.writeUInt16LE(0xd11b, 0)],
  ['the magic of 16', ROWS, 'page-header', (copy) => copy.writeUInt16LE(0xd113, 0)],
];

describe('a damaged segment', () => {
  it.each(CHANGES)('with %s is not passed', async (_what, bytes, finding, change) => {
    expect(await judge(bytes, { timeline: 1 })).toBe('pass');
    expect(await judge(damaged(bytes, change), { timeline: 1 })).toBe(finding);
  });

  it.each([0, 39, 40, 8_191, 8_192, 500_000, 1_048_575])('cut to %i bytes is', async (length) => {
    expect(await judge(ROWS.subarray(0, length))).toBe(length < 40 ? 'too-short' : 'truncated');
  });

  it.each([1, 8_191, 8_192, 1_048_576])('with %i bytes too many is', async (length) => {
    expect(await judge(Buffer.concat([ROWS, Buffer.alloc(length)]))).toBe('trailing-data');
  });

  it('with the page of another cluster in it is, where the chain of records breaks', async () => {
    const page = damaged(ROWS, (copy) => OTHER?.copy(copy, PAGE, PAGE, 2 * PAGE));
    expect(await judge(page)).not.toBe('pass');
  });

  it('says where, and how far a recovery comes', async () => {
    const bytes = damaged(ROWS, (copy) => copy.writeUInt8(1, 0x1_0100));
    expect(judgeWalk(await walkBytes(bytes), 'no')).toMatchObject({
      detail: expect.stringMatching(
        /checksum .* at 0\/6100\w\w, and no recovery comes beyond 0\/6100/,
      ),
    });
  });

  it('is seen in the record that began in the segment before, where that was walked', async () => {
    const { ending } = await mustWalk(segmentOf(1));
    const carry = 'carry' in ending ? ending.carry : undefined;
    const bytes = damaged(MIDDLE, (copy) => copy.writeUInt8(1, 50 * PAGE + 100));
    expect((await mustWalk(bytes)).uncheckedBytes).toBeGreaterThan(1_000_000);
    const middle = await mustWalk(bytes, { carry });
    const next = 'carry' in middle.ending ? middle.ending.carry : undefined;
    expect(await judge(segmentOf(3), { carry: next })).toBe('record-checksum');
    expect(await judge(segmentOf(4), { carry })).toBe('pass');
    const lost = damaged(MIDDLE, (copy) => copy.writeUInt16LE(0x02, 2));
    expect(await judge(lost, { carry })).toBe('continuation');
  });

  it('is not accused for bytes that nobody reads, and they are counted', async () => {
    const tail = damaged(ROWS, (copy) => copy.fill(7, 900_000, 900_010));
    const padding = damaged(ROWS, (copy) => copy.writeUInt8(7, PAGE + 21));
    expect([await judge(tail), await judge(padding)]).toEqual(['pass', 'pass']);
    expect((await mustWalk(tail)).oddBytes).toBe(10);
    expect((await mustWalk(padding)).oddBytes).toBe(1);
  });

  it('with a flipped bit where its records are is seen in every case', async () => {
    const place = fc.record({ at: fc.nat({ max: 0x2_5000 }), bit: fc.nat({ max: 7 }) });
    await fc.assert(
      fc.asyncProperty(place, async ({ at, bit }) => {
        const bytes = damaged(ROWS, (copy) => copy.writeUInt8((copy[at] ?? 0) ^ (1 << bit), at));
        const isHeader = at < 40 || at % PAGE < 24;
        const seen = (await judge(bytes, { timeline: 1 })) !== 'pass';
        if (!isHeader) expect(seen || (await mustWalk(bytes)).oddBytes > 0).toBe(true);
      }),
      { numRuns: 50 },
    );
  });
});

describe('a .partial segment', () => {
  /** As a standby leaves it: its own WAL up to 0x25298, then what the file held before it was recycled. */
  const recycled = (): Buffer =>
    damaged(SMALL, (copy) => {
      ROWS.copy(copy, 0, 0, 0x2_5200);
      for (let page = 20; page < 128; page += 1)
        copy.writeBigUInt64LE(BigInt(page * PAGE), page * PAGE + 8);
    });
  const ofPartial = async (bytes: Buffer) =>
    judgeWalk(await walkBytes(bytes, { timeline: 1, partial: true }), 'yes');

  it('ends where the pages are those of an earlier segment', async () => {
    expect(await ofPartial(recycled())).toMatchObject({
      verdict: 'pass',
      walk: { ending: { kind: 'early' }, commits: 3 },
    });
  });

  it('may be shorter than a segment, as where pg_receivewal compresses', async () => {
    expect(await ofPartial(ROWS.subarray(0, 10 * PAGE + 77))).toMatchObject({ verdict: 'pass' });
  });

  it('is damaged where its WAL goes on behind the damage', async () => {
    const bytes = damaged(ROWS, (copy) => copy.writeUInt8(1, 0x1_0100));
    expect(await ofPartial(bytes)).toMatchObject({ finding: 'record-checksum' });
  });

  it('may end in the middle of an archive only by its name', async () => {
    const judged = judgeWalk(await walkBytes(recycled(), { timeline: 1 }), 'no');
    expect(judged.verdict).toBe('fail');
  });
});

describe('a segment of another shape', () => {
  const data = Buffer.alloc(3_001, 5);
  const records: WalRecord[] = Array.from({ length: 60 }, () => ({ data }));

  it.each([1_024, 2_048, 4_096, 16_384, 65_536])(
    'with pages of %i is walked',
    async (blockSize) => {
      const bytes = writeSegment([...records, SWITCH_RECORD], { blockSize });
      expect(await mustWalk(bytes)).toMatchObject({
        records: 61,
        oddBytes: 0,
        ending: { kind: 'switch' },
      });
      expect(await judge(damaged(bytes, (copy) => copy.writeUInt8(6, 99_999)))).toBe(
        'record-checksum',
      );
    },
  );

  it.each([2, 16, 64])('of %i MB is walked', async (megabytes) => {
    const bytes = writeSegment([...records, SWITCH_RECORD], { segmentSize: megabytes * 2 ** 20 });
    const walk = await mustWalk(bytes);
    expect(walk).toMatchObject({ records: 61, bytes: bytes.length, ending: { kind: 'switch' } });
    expect(walk.end).toBe(6n * BigInt(bytes.length));
  });

  it('beyond 4 GB is walked', async () => {
    const bytes = writeSegment([...records, SWITCH_RECORD], { number: 0x7_0000_1fff });
    expect(await mustWalk(bytes)).toMatchObject({ records: 61, ending: { kind: 'switch' } });
  });

  it('with the resource manager of an extension is walked since 15, which brought them', async () => {
    const own = [{ manager: 128 }, SWITCH_RECORD];
    expect(await judge(writeSegment(own))).toBe('pass');
    expect(await judge(writeSegment(own, { magic: 0xd10d }))).toBe('record-header');
  });

  it('with facts that are cut short, or of no time there is, is walked', async () => {
    const short = [0x00, 0x10, 0x50, 0x70, 0x90, 0xd0].flatMap((info) =>
      [0, 1, 9, 30, 90].map((length) => ({ manager: 0, info, body: Buffer.alloc(length, 0xfe) })),
    );
    const times = [0x00, 0x20, 0x30, 0x40].map((info) => ({
      manager: 1,
      info,
      body: Buffer.concat([Buffer.from([255, 8]), Buffer.alloc(8, 0x7f)]),
    }));
    const walk = await mustWalk(writeSegment([...short, ...times, SWITCH_RECORD]));
    expect(walk).toMatchObject({ records: 35, commits: 2, aborts: 2 });
    expect(walk).not.toHaveProperty('lastTransaction');
    expect(walk).not.toHaveProperty('lastCheckpoint');
  });
});
