import { describe, expect, it } from 'vitest';
import { decideContinuity } from '../../../../functions/check-wal/decide-continuity.ts';
import type { AcknowledgedLoss } from '../../../../shared/plan/plan.ts';
import { file, segments } from './listed-archive.ts';
import { surveyOf, walPolicy } from './surveyed-archive.ts';

const NOW = new Date('2027-01-31T23:59:00.000Z');
const S = (number: bigint, timeline = 1): string => segments(timeline, number, 1, '')[0] ?? '';
const loss = (first: bigint, last = first, changes: Partial<AcknowledgedLoss> = {}) => ({
  first: S(first),
  last: S(last),
  owner: 'ops',
  reason: 'the disk was full',
  until: '2027-01-31',
  ...changes,
});
const decide = (numbers: bigint[], acknowledged: AcknowledgedLoss[], now = NOW) => {
  const at = now.getTime() - 86_400_000;
  const files = numbers.map((number) => file(`${S(number)}.gz`, 100, at));
  return decideContinuity(walPolicy({ acknowledged }), surveyOf(files), now);
};

describe('an acknowledged loss', () => {
  it('passes, and is named with who answers for it', () => {
    const said = decide([1n, 2n, 5n], [loss(3n, 4n)]);
    expect(said).toMatchObject({
      verdict: 'pass',
      reason: 'acknowledged',
      observed: {
        missing: 0,
        gaps: [],
        acknowledged: [{ first: S(3n), last: S(4n), segments: 2, owner: 'ops' }],
      },
    });
    expect(said.summary).toBe(
      `wal: no segment is missing from ${S(1n)} to ${S(5n)}, apart from ${S(3n)} to ${S(4n)}, which ops acknowledged as lost until 2027-01-31: no recovery passes it`,
    );
    expect(said.measurements).toContainEqual({
      name: 'segments-acknowledged',
      value: 2,
      unit: 'segments',
    });
  });

  it('fails again when its day is over, and says so', () => {
    const said = decide([1n, 3n], [loss(2n)], new Date('2027-02-01T00:00:00.000Z'));
    expect(said).toMatchObject({ verdict: 'fail', reason: 'gap', observed: { missing: 1 } });
    expect(said.summary).toContain(
      `that ${S(2n)} is lost was acknowledged by ops until 2027-01-31, which is over`,
    );
  });

  it.each([
    ['before it', 2n, [1n, 5n], [loss(3n, 4n)]],
    ['after it', 4n, [1n, 5n], [loss(2n, 3n)]],
    ['in its middle', 3n, [1n, 5n], [loss(2n), loss(4n)]],
  ])('does not silence a new gap %s', (_, missing, numbers, acknowledged) => {
    const said = decide(numbers, acknowledged);
    expect(said).toMatchObject({ verdict: 'fail', reason: 'gap', observed: { missing: 1 } });
    expect(said.summary).toContain(`segment ${S(missing)} is missing`);
  });

  it('silences nothing of another timeline, and nothing that is there', () => {
    const other = { first: S(2n, 2), last: S(2n, 2) };
    expect(decide([1n, 3n], [loss(2n, 2n, other)]).verdict).toBe('fail');
    expect(decide([1n, 2n, 3n], [loss(2n)])).toMatchObject({ reason: 'continuous' });
  });
});
