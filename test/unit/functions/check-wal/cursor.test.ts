import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeCursor, encodeCursor } from '../../../../functions/check-wal/cursor.ts';
import { cursorSchema } from '../../../../functions/check-wal/cursor-schema.ts';
import type { HistoryRead } from '../../../../functions/check-wal/survey.ts';
import { file, history, segments } from './listed-archive.ts';
import { surveyOf } from './surveyed-archive.ts';

const ABOUT = { place: 's3://b/wal/', scannedAt: '2026-03-02T02:05:00.000Z', turn: 3 };
const read: HistoryRead = {
  timeline: 2,
  name: history(2),
  etag: `"${history(2)}"`,
  switches: [{ parent: 1, lsn: 0x16_b374_d848n }],
};

describe('the memory of an archive', () => {
  it('gives back everything that gaps, ages and sizes are judged by', () => {
    const run = fc.tuple(
      fc.integer({ min: 1, max: 3 }),
      fc.bigInt({ min: 0n, max: 1n << 40n }),
      fc.integer({ min: 1, max: 5 }),
    );
    fc.assert(
      fc.property(fc.array(run, { maxLength: 6 }), fc.nat(1_000), (runs, size) => {
        const names = new Set(
          runs.flatMap(([timeline, from, count]) => segments(timeline, from, count)),
        );
        const label = '000000010000000000000007.00000028.backup';
        const files = [...names, label, history(2)].map((name) => file(name, size, 1_000 + size));
        const survey = surveyOf(files, [read]);
        const stored = JSON.parse(JSON.stringify(encodeCursor(survey, ABOUT)));
        const known = decodeCursor(cursorSchema.parse(stored));
        expect(known?.seen.timelines).toEqual(survey.seen.timelines);
        expect(known?.seen.labels).toEqual(survey.seen.labels);
        expect(known?.seen.histories).toEqual(survey.seen.histories);
        expect(known?.histories).toEqual(survey.histories);
        expect(known?.segmentSize).toBe(survey.segmentSize);
      }),
      { numRuns: 200 },
    );
  });

  it('keeps a history that could not be read in mind, but not why', () => {
    const trouble = { reason: 'access-denied', message: 'no' };
    const { timeline, name, etag } = read;
    const survey = surveyOf(
      [file(history(2)), ...segments(2, 1n, 1).map((one) => file(one))],
      [{ timeline, name, etag, trouble }],
    );
    const cursor = encodeCursor(survey, ABOUT);
    const known = cursor && decodeCursor(cursor);
    expect(known?.seen.histories).toHaveLength(1);
    expect(known?.histories).toEqual([]);
  });

  it('is not kept of an archive with more holes than are worth it', () => {
    const every = (step: bigint, count: number): string[] =>
      Array.from({ length: count }, (_, index) => segments(1, BigInt(index) * step, 1)).flat();
    expect(
      encodeCursor(surveyOf(every(2n, 20_001).map((name) => file(name))), ABOUT),
    ).toBeUndefined();
    expect(
      encodeCursor(surveyOf(every(1n, 20_001).map((name) => file(name))), ABOUT),
    ).toBeDefined();
  });

  it('is nothing where a name in it is none', () => {
    const cursor = encodeCursor(surveyOf(segments(1, 1n, 3).map((name) => file(name))), ABOUT);
    if (cursor === undefined) throw new Error('no cursor');
    expect(decodeCursor(cursor)).toBeDefined();
    expect(decodeCursor({ ...cursor, labels: [{ name: 'x', at: 0 }] })).toBeUndefined();
    expect(decodeCursor({ ...cursor, segmentSize: 1024 ** 3 })).toBeDefined();
    const [timeline] = cursor.timelines;
    if (timeline === undefined) throw new Error('no timeline');
    const bent = { ...timeline, runs: [['1', '2', 3] satisfies [string, string, number]] };
    expect(decodeCursor({ ...cursor, timelines: [bent] })).toBeUndefined();
  });
});
