import { describe, expect, it } from 'vitest';
import { decideFreshness } from '../../../../functions/check-wal/decide-freshness.ts';
import { decideSegmentSize } from '../../../../functions/check-wal/decide-segment-size.ts';
import { DEFAULT_SEGMENT_SIZE } from '../../../../shared/postgres-wal/segment-name.ts';
import { file, segments } from './listed-archive.ts';
import { surveyOf, walPolicy } from './surveyed-archive.ts';

const NOW = new Date('2026-03-02T02:05:00.000Z');
const at = (secondsAgo: number): number => NOW.getTime() - secondsAgo * 1_000;
const fresh = {
  withinSeconds: 1_200,
  severity: 'warning' as const,
  criticalAfterSeconds: 1_800,
  stated: true,
};
const [one = '', two = ''] = segments(1, 1n, 2);

const decide = (age: number, limits: typeof fresh | undefined = fresh) =>
  decideFreshness(
    walPolicy({ fresh: limits }),
    surveyOf([file(one, 100, at(age + 5)), file(two, 100, at(age))]),
    NOW,
  );

describe('the age of the newest segment', () => {
  it.each([
    [0, 'pass', undefined],
    [1_200, 'pass', undefined],
    [1_201, 'fail', 'warning'],
    [1_800, 'fail', 'warning'],
    [1_801, 'fail', 'critical'],
  ])('of %d seconds is a %s', (age, verdict, severity) => {
    const said = decide(age);
    expect(said.verdict).toBe(verdict);
    expect('severity' in said ? said.severity : undefined).toBe(severity);
    expect(said.measurements).toEqual([{ name: 'newest-age', value: age, unit: 'seconds' }]);
  });

  it('is zero for a clock that runs behind S3’s', () => {
    expect(decide(-30)).toMatchObject({ verdict: 'pass', measurements: [{ value: 0 }] });
  });

  it('counts for the timeline whose end was archived last, not for a late older segment', () => {
    const survey = surveyOf([
      file(one, 9, at(5)),
      file(two, 9, at(2_000)),
      ...segments(2, 2n, 1).map((name) => file(name, 9, at(3_000))),
    ]);
    expect(decideFreshness(walPolicy({ fresh }), survey, NOW)).toMatchObject({
      verdict: 'fail',
      severity: 'critical',
      files: [two],
    });
  });

  it('is not judged where the plan promises none, but something must be there', () => {
    const policy = walPolicy();
    expect(decideFreshness(policy, surveyOf([file(one, 9, 0)]), NOW)).toMatchObject({
      verdict: 'pass',
      reason: 'archived',
    });
    const others = surveyOf([file(`${one}.enc`), file('x')]);
    expect(decideFreshness(policy, others, NOW)).toMatchObject({
      verdict: 'fail',
      reason: 'nothing-archived',
      summary: `wal: no WAL segment has been archived: there are 2 other files, such as ${one}.enc`,
    });
  });
});

describe('the size of segments', () => {
  const [raw = '', next = '', third = ''] = segments(1, 5n, 3, '');
  const whole = DEFAULT_SEGMENT_SIZE;
  const judge = (sizes: [string, number][]) =>
    decideSegmentSize(walPolicy(), surveyOf(sizes.map(([name, size]) => file(name, size))));

  it('passes whole ones and says that compressed ones were not judged', () => {
    expect(
      judge([
        [raw, whole],
        [`${next}.gz`, 50],
      ]),
    ).toMatchObject({ verdict: 'pass' });
  });

  it('accuses an empty one in its own words', () => {
    expect(
      judge([
        [raw, whole],
        [next, 0],
      ]),
    ).toMatchObject({
      verdict: 'fail',
      reason: 'empty',
      summary: `wal: segment ${next} holds 0 bytes, which ends a recovery`,
    });
  });

  it('lists ranges and counts segments', () => {
    expect(
      judge([
        [raw, 7],
        [next, 7],
        [third, whole],
      ]),
    ).toMatchObject({
      observed: { bad: [{ first: raw, last: next, segments: 2, bytes: 7 }] },
      measurements: [{ value: 2 }],
    });
  });

  it('cannot judge where no raw segment has a size that there is, but knows an empty one', () => {
    const judgeUnknown = (sizes: [string, number][]) => {
      const files = sizes.map(([name, size]) => file(name, size));
      return decideSegmentSize(walPolicy(), { ...surveyOf(files), sizeKnown: false });
    };
    const unclear = judgeUnknown([
      [raw, 7],
      [next, 9],
    ]);
    expect(unclear).toMatchObject({ verdict: 'unknown', reason: 'size-not-known' });
    expect(unclear.summary).toContain(`2 segments such as ${raw} (7 bytes) may be cut`);
    expect(
      judgeUnknown([
        [raw, 7],
        [next, 0],
      ]),
    ).toMatchObject({ verdict: 'fail', reason: 'empty', files: [next] });
  });

  it('leaves alone what no recovery reads', () => {
    const label = `${next}.00000028.backup`;
    expect(
      judge([
        [raw, 7],
        [label, 300],
        [next, whole],
      ]),
    ).toMatchObject({ verdict: 'pass' });
  });
});
