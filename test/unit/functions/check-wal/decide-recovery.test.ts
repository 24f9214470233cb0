import { describe, expect, it } from 'vitest';
import { decideRecovery } from '../../../../functions/check-wal/decide-recovery.ts';
import type { DeepMemory } from '../../../../functions/check-wal/deep-memory.ts';
import { emptyHeaderMemory } from '../../../../functions/check-wal/header-memory.ts';
import { readLabels } from '../../../../functions/check-wal/label-reader.ts';
import { formatLsn } from '../../../../shared/postgres-wal/lsn.ts';
import { DEFAULT_SEGMENT_SIZE } from '../../../../shared/postgres-wal/segment-name.ts';
import { file, segments } from './listed-archive.ts';
import { surveyOf, walPolicy } from './surveyed-archive.ts';

const NOW = new Date('2026-03-02T02:05:00.000Z');
const AT = NOW.getTime() - 600_000;
const S = (number: number): string => segments(1, BigInt(number), 1, '')[0] ?? '';
const lsn = (number: number): string =>
  formatLsn(BigInt(number) * BigInt(DEFAULT_SEGMENT_SIZE) + 0x28n);
const labelName = (number: number): string => `${S(number)}.00000028.backup`;
const label = (
  from: number,
  to: number,
): string => `START WAL LOCATION: ${lsn(from)} (file ${S(from)})
STOP WAL LOCATION: ${lsn(to)} (file ${S(to)})
START TIME: 2026-03-02 01:00:00 UTC
START TIMELINE: 1
STOP TIME: 2026-03-02 01:10:00 UTC
STOP TIMELINE: 1
`;

type Case = {
  numbers: number[];
  bases?: [from: number, to: number][];
  policy?: ReturnType<typeof walPolicy>;
  rpoSeconds?: number;
  unreadable?: boolean;
  ends?: DeepMemory['ends'];
};

const decide = async ({ numbers, bases = [], policy = walPolicy(), ...rest }: Case) => {
  const names = [...numbers.map((n) => `${S(n)}.gz`), ...bases.map(([from]) => labelName(from))];
  const survey = surveyOf(names.map((name) => file(name, 100, AT)));
  const texts = new Map(bases.map(([from, to]) => [labelName(from), label(from, to)]));
  const client = {
    read: async (name: string) => {
      if (rest.unreadable) throw new Error('no');
      return Buffer.from(texts.get(name) ?? '');
    },
  };
  const labels = await readLabels(client, survey.seen.labels, [], survey.segmentSize);
  const { rpoSeconds, ends = [] } = rest;
  const deep = { forms: new Map(), ends };
  const headers = emptyHeaderMemory(NOW);
  return decideRecovery(policy, { ...survey, labels }, { headers, deep, rpoSeconds, now: NOW });
};

describe('from when to when an archive can be recovered', () => {
  it('is said for each base backup, with what a disaster now would lose', async () => {
    const said = await decide({ numbers: [1, 2, 3, 4], bases: [[2, 3]], rpoSeconds: 900 });
    expect(said).toMatchObject({ verdict: 'pass', reason: 'recoverable' });
    expect(said.observed).toMatchObject({
      windows: [
        {
          backup: labelName(2),
          state: 'usable',
          from: '2026-03-02T01:10:00.000Z',
          toSegment: S(4),
        },
      ],
    });
    expect(said.measurements).toContainEqual({ name: 'rpo-achieved', value: 600, unit: 'seconds' });
    expect(said.summary).toContain('a disaster now would lose 10m at most');
  });

  it('goes by the last transaction, since the archive may have been behind', async () => {
    const at = NOW.getTime() - 5 * 3_600_000;
    const ends = [{ name: `${S(4)}.gz`, at, isEarly: false }];
    const said = await decide({ numbers: [1, 2, 3, 4], bases: [[2, 3]], ends });
    expect(said.measurements).toContainEqual({
      name: 'rpo-achieved',
      value: 18_000,
      unit: 'seconds',
    });
    expect(said.summary).toContain(`reaches ${S(4)} (${new Date(at).toISOString()})`);
  });

  it('gives no time for an end of which only the age of an earlier segment is known', async () => {
    const said = await decide({ numbers: [1, 2, 3, 5], bases: [[1, 1]] });
    expect(said.observed).toMatchObject({ windows: [{ to: null, toSegment: S(3) }] });
    expect(said.summary).toContain(`a recovery reaches ${S(3)} from`);
  });

  it('names an objective that is exceeded, and leaves the alert to wal-freshness', async () => {
    const said = await decide({ numbers: [1, 2], bases: [[1, 1]], rpoSeconds: 300 });
    expect(said.verdict).toBe('pass');
    expect(said.summary).toContain('would lose 10m at most, and 5m is the objective');
  });

  it('accuses a base backup without the WAL that makes it consistent', async () => {
    const said = await decide({
      numbers: [1, 2, 4, 5],
      bases: [
        [2, 4],
        [5, 5],
      ],
    });
    expect(said).toMatchObject({
      verdict: 'fail',
      severity: 'critical',
      reason: 'base-backup-incomplete',
      files: [labelName(2)],
    });
    expect(said.summary).toContain(`${S(3)} is missing`);
  });

  it('accuses none of which pg_archivecleanup left the .backup file alone', async () => {
    const bases: [number, number][] = [
      [2, 2],
      [4, 4],
    ];
    expect(await decide({ numbers: [4, 5], bases })).toMatchObject({ verdict: 'pass' });
    expect(await decide({ numbers: [3, 4, 5], bases })).toMatchObject({ verdict: 'fail' });
  });

  it('waits for the last segment of one that has just ended', async () => {
    const said = await decide({
      numbers: [1, 2],
      bases: [
        [1, 1],
        [2, 3],
      ],
    });
    expect(said).toMatchObject({ verdict: 'pass' });
  });

  it('warns where no base backup reaches the newest segment', async () => {
    const said = await decide({ numbers: [1, 2, 3, 5], bases: [[1, 1]] });
    expect(said).toMatchObject({ verdict: 'fail', severity: 'warning', reason: 'window-broken' });
    expect(said.summary).toContain(`a recovery reaches ${S(3)}`);
    expect(
      await decide({
        numbers: [1, 2, 3, 5],
        bases: [
          [1, 1],
          [5, 5],
        ],
      }),
    ).toMatchObject({
      verdict: 'pass',
      observed: { windows: [{ endedBy: expect.stringContaining(S(4)) }, { endedBy: null }] },
    });
  });

  it('tells the truth about an acknowledged loss without failing for it', async () => {
    const loss = { first: S(4), last: S(4), owner: 'ops', reason: 'disk', until: '2026-12-31' };
    const policy = walPolicy({ acknowledged: [loss] });
    const said = await decide({ numbers: [1, 2, 3, 5], bases: [[1, 1]], policy });
    expect(said).toMatchObject({ verdict: 'pass', reason: 'acknowledged' });
    expect(said.summary).toContain(`a recovery reaches ${S(3)}`);
    expect(said.summary).toContain(`${S(4)} is missing, which ops acknowledged until 2026-12-31`);
  });

  it('passes nothing where no base backup is known, or not where it ends', async () => {
    expect(await decide({ numbers: [1, 2] })).toMatchObject({
      verdict: 'unknown',
      reason: 'no-base-backup',
    });
    expect(await decide({ numbers: [1, 2], bases: [[1, 2]], unreadable: true })).toMatchObject({
      verdict: 'unknown',
      reason: 'no-usable-base-backup',
    });
  });

  it('accuses no base backup whose WAL is old enough to be deleted', async () => {
    const policy = walPolicy({ retain: { kind: 'age', seconds: 300 } });
    const said = await decide({
      numbers: [1, 2, 4, 5],
      bases: [
        [2, 4],
        [5, 5],
      ],
      policy,
    });
    expect(said.verdict).toBe('pass');
  });
});
