import { describe, expect, it } from 'vitest';
import { checkReportSchema } from '../../../../events/check-reported/v1.ts';
import { decideContinuity } from '../../../../functions/check-wal/decide-continuity.ts';
import { makeReport } from '../../../../functions/check-wal/make-report.ts';
import type { HistoryRead } from '../../../../functions/check-wal/survey.ts';
import type { StoredBackup } from '../../../../shared/plan/plan.ts';
import { file, history, segments } from './listed-archive.ts';
import { surveyOf, walPolicy } from './surveyed-archive.ts';

const DAY = 86_400;
const NOW = new Date('2026-03-02T02:05:00.000Z');
/** Files of an age in days. */
const aged = (names: string[], days: number) =>
  names.map((name) => file(name, 100, NOW.getTime() - days * DAY * 1_000));
const S = (number: bigint, timeline = 1): string => segments(timeline, number, 1, '')[0] ?? '';
const read = (timeline: number, lsn: bigint): HistoryRead => ({
  timeline,
  name: history(timeline),
  etag: '"1"',
  switches: [{ parent: timeline - 1, lsn }],
});
const decide = (names: string[], histories: HistoryRead[] = [], policy = walPolicy()) =>
  decideContinuity(policy, surveyOf(aged(names, 1), histories), NOW);

describe('what is said of a sequence', () => {
  it('names a hole at the start of the oldest base backup', () => {
    const { summary, action } = decide([`${S(5n)}.00000028.backup`, ...segments(1, 7n, 3)]);
    expect(summary).toBe(
      `wal: 2 segments ${S(5n)} to ${S(6n)} are missing before ${S(7n)}, and the oldest base backup starts there`,
    );
    expect(action).toContain('recovery past the oldest base backup is not possible');
  });

  it('counts one more gap of one segment in the singular', () => {
    const names = [1n, 3n, 5n].flatMap((number) => segments(1, number, 1));
    expect(decide(names).summary).toMatch(/, and 1 more gap \(1 segment\)$/);
  });

  it('names a gap first and a missing history after it', () => {
    const names = [...segments(1, 1n, 1), ...segments(1, 3n, 1), ...segments(2, 4n, 1)];
    const said = decide(names);
    expect(said).toMatchObject({ verdict: 'fail', reason: 'gap' });
    expect(said.summary).toMatch(/; 00000002\.history is missing too$/);
  });

  it('is as loud as the plan wants it', () => {
    const names = [...segments(1, 1n, 1), ...segments(1, 3n, 1)];
    expect(decide(names)).toMatchObject({ severity: 'critical' });
    expect(decide(names, [], walPolicy({ severity: 'warning' }))).toMatchObject({
      severity: 'warning',
    });
  });

  it('warns of a timeline that a recovery to the latest one never finds', () => {
    const switches = [{ parent: 1, lsn: 0x200_0028n }];
    const three: HistoryRead = { timeline: 3, name: history(3), etag: '"1"', switches };
    const said = decide([...segments(1, 1n, 1), ...segments(3, 2n, 2)], [three]);
    expect(said).toMatchObject({
      verdict: 'fail',
      severity: 'warning',
      reason: 'history-missing',
      files: ['00000002.history'],
    });
    expect(said.summary).toContain('never comes from timeline 1 to 3');
    expect(said.action).toContain("recovery_target_timeline = '3'");
  });

  it('lists 100 gaps and counts the others', () => {
    const names = Array.from({ length: 131 }, (_, index) =>
      segments(1, BigInt(2 * index), 1),
    ).flat();
    const said = decide(names);
    expect(said.observed).toMatchObject({ missing: 130, gaps: { length: 100 } });
    expect(said.measurements).toContainEqual({ name: 'gaps', value: 130, unit: 'gaps' });
  });

  it('makes a report that fits the contract, whatever the case', () => {
    const cases = [
      decide([]),
      decide(segments(1, 1n, 2)),
      decide([...segments(1, 1n, 1), ...segments(1, 1n << 39n, 1)]),
      decide([...segments(1, 1n, 2), ...segments(2, 2n, 2)], [read(2, 0x200_0028n)]),
      decide(segments(2, 2n, 2)),
    ];
    for (const said of cases) {
      const place = { region: 'us-east-1', stage: 'prod', service: 'check-wal' };
      const report = makeReport(walPolicy(), said, NOW, place);
      expect(() => checkReportSchema.parse(JSON.parse(JSON.stringify(report)))).not.toThrow();
    }
    expect(cases.map(({ reason }) => reason)).toEqual([
      'nothing-archived',
      'continuous',
      'gap',
      'continuous',
      'history-missing',
    ]);
  });
});

describe('holes at the end where retention deletes', () => {
  const holed = (days: number) => [
    ...aged(segments(1, 1n, 2), days + 0.1),
    ...aged(segments(1, 4n, 2), days),
  ];
  const verdict = (days: number, policy: Partial<StoredBackup>) =>
    decideContinuity(
      walPolicy(policy),
      surveyOf([...holed(days), ...aged(segments(1, 6n, 1), 0)]),
      NOW,
    ).verdict;
  const week = { retain: { kind: 'age' as const, seconds: 7 * DAY } };

  it('are the plan at work', () => {
    expect(verdict(7.5, week)).toBe('pass');
    expect(verdict(6.5, week)).toBe('pass');
    expect(verdict(6, week)).toBe('fail');
    expect(verdict(1, week)).toBe('fail');
  });

  it('follow the lifecycle rule where that deletes sooner', () => {
    expect(verdict(6, { ...week, lifecycle: { expireAfterSeconds: 3 * DAY } })).toBe('pass');
    expect(verdict(6, { lifecycle: { expireAfterSeconds: 3 * DAY } })).toBe('pass');
    expect(verdict(2, { lifecycle: { expireAfterSeconds: 3 * DAY } })).toBe('fail');
  });

  it('are holes like any other where nothing is deleted', () => {
    expect(verdict(700, {})).toBe('fail');
    expect(verdict(700, { retain: { kind: 'forever' } })).toBe('fail');
  });
});
