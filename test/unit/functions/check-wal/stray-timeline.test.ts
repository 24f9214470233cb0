import { describe, expect, it } from 'vitest';
import { decideContinuity } from '../../../../functions/check-wal/decide-continuity.ts';
import { decideFreshness } from '../../../../functions/check-wal/decide-freshness.ts';
import { decideSegmentSize } from '../../../../functions/check-wal/decide-segment-size.ts';
import type { HistoryRead } from '../../../../functions/check-wal/survey.ts';
import { file, history, segments } from './listed-archive.ts';
import { surveyOf, walPolicy } from './surveyed-archive.ts';

const NOW = new Date('2026-03-02T02:05:00.000Z');
const MINUTE = 60_000;
const fresh = { withinSeconds: 1_200, severity: 'warning' as const, stated: true };
const policy = walPolicy({ fresh });
const lsn = (segment: bigint): bigint => segment * 0x100_0000n + 0x28n;
const read = (timeline: number, ...forks: bigint[]): HistoryRead => ({
  timeline,
  name: history(timeline),
  etag: '"1"',
  switches: forks.map((fork, index) => ({ parent: index + 1, lsn: lsn(fork) })),
});
const S = (number: bigint, timeline = 2): string => segments(timeline, number, 1, '')[0] ?? '';

/** Timeline 2 archives segment 19 right now; a test restore left it at 13, 66 minutes ago. */
const archive = ({ without = [0n], stray = 60, empty = 0n, strays = 1 } = {}) => {
  const live = [...segments(1, 4n, 4, ''), ...segments(2, 8n, 12, '')].map((name, index) =>
    file(name, name === S(empty) ? 0 : 16 * 1024 ** 2, NOW.getTime() - (15 - index) * 10 * MINUTE),
  );
  const files = [
    ...live.filter(({ name }) => !without.some((number) => name === S(number))),
    ...segments(3, 13n, strays, '').map((name, index) =>
      file(name, 16 * 1024 ** 2, NOW.getTime() - (index === 0 ? 66 : stray) * MINUTE),
    ),
  ];
  return surveyOf(files, [read(2, 8n), read(3, 8n, 13n)]);
};
const continuity = (parts: Parameters<typeof archive>[0] = {}) =>
  decideContinuity(policy, archive(parts), NOW);

describe('a stray timeline above the one that is written to', () => {
  it('does not make the live one stale', () => {
    expect(decideFreshness(policy, archive(), NOW)).toMatchObject({
      verdict: 'pass',
      reason: 'fresh',
      observed: { newest: S(19n) },
      measurements: [{ value: 0 }],
    });
  });

  it('is none where the lower one only archived its end late, the segment in which it was left', () => {
    const parent = file(segments(1, 8n, 1, '')[0] ?? '', 16 * 1024 ** 2, NOW.getTime());
    const child = segments(2, 8n, 2, '').map((name) => file(name, 16 * 1024 ** 2, 1_000));
    const before = segments(1, 4n, 4, '').map((name) => file(name, 16 * 1024 ** 2, 500));
    const histories = [read(2, 8n)];
    const said = (files: typeof child) =>
      decideContinuity(policy, surveyOf([...before, parent, ...child, ...files], histories), NOW);
    expect(said([])).toMatchObject({ verdict: 'pass' });
    const beyond = file(segments(1, 9n, 1, '')[0] ?? '', 16 * 1024 ** 2, NOW.getTime());
    expect(said([beyond])).toMatchObject({ verdict: 'fail', reason: 'timelines-diverged' });
  });

  it('is named as where a recovery to the latest timeline would end', () => {
    const said = continuity();
    expect(said).toMatchObject({
      verdict: 'fail',
      severity: 'warning',
      reason: 'timelines-diverged',
      files: [S(13n, 3), S(19n)],
      observed: { missing: 0, latestTimeline: '00000003', liveTimeline: '00000002' },
    });
    expect(said.summary).toBe(
      `wal: timeline 2 is written to (${S(19n)}), but recovery_target_timeline = 'latest' follows timeline 3, which ends at ${S(13n, 3)}`,
    );
    expect(said.action).toContain("recovery_target_timeline = '2'");
    expect(decideFreshness(policy, archive(), NOW).summary).toContain('timeline 3');
  });

  it.each([10n, 13n, 14n, 18n])('does not hide that segment %d of the live one is gone', (gone) => {
    expect(continuity({ without: [gone] })).toMatchObject({
      verdict: 'fail',
      severity: 'critical',
      reason: 'gap',
      observed: { missing: 1, gaps: [{ first: S(gone), last: S(gone) }] },
    });
  });

  it('names a hole once that lies on both ways, and one across the switch whole', () => {
    expect(continuity({ without: [9n, 10n] }).observed).toMatchObject({ missing: 2 });
    expect(continuity({ without: [11n, 12n, 13n, 14n] }).observed).toMatchObject({
      missing: 4,
      gaps: [{ first: S(11n), last: S(14n) }],
    });
  });

  it('is judged itself, also while it is the younger one', () => {
    expect(continuity({ without: [18n], stray: -1, strays: 3 })).toMatchObject({ reason: 'gap' });
    expect(continuity({ without: [12n], stray: -1, strays: 3 })).toMatchObject({ reason: 'gap' });
    expect(continuity({ stray: -1, strays: 3 })).toMatchObject({ verdict: 'pass' });
  });

  it('does not hide an empty segment of the live one', () => {
    expect(decideSegmentSize(policy, archive({ empty: 15n }))).toMatchObject({
      reason: 'empty',
      files: [S(15n)],
    });
  });

  it('leaves aside a sibling that was given up before the highest timeline began', () => {
    const [old, live] = [NOW.getTime() - 90 * MINUTE, NOW.getTime()];
    const files = [
      ...segments(1, 4n, 4).map((name) => file(name, 9, old - MINUTE)),
      ...[8n, 10n].flatMap((from) => segments(2, from, 1)).map((name) => file(name, 9, old)),
      ...segments(3, 8n, 3).map((name) => file(name, 9, live)),
    ];
    const three = { ...read(3), switches: [{ parent: 1, lsn: lsn(8n) }] };
    expect(decideContinuity(policy, surveyOf(files, [read(2, 8n), three]), NOW)).toMatchObject({
      verdict: 'pass',
      observed: { timelinesNotNeeded: ['00000002'] },
    });
  });
});
