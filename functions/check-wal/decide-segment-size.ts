import type { StoredBackup } from '../../shared/plan/plan.ts';
import { recoveryRoute } from '../../shared/postgres-wal/recovery-route.ts';
import { formatSegmentName } from '../../shared/postgres-wal/segment-name.ts';
import { clipRuns, countSegments } from '../../shared/postgres-wal/segment-runs.ts';
import { plural } from './describe-gaps.ts';
import type { Judgement } from './judgement.ts';
import { archiveOf, newestOf, type Survey } from './survey.ts';

/** Ranges listed in a report; the others are counted. */
const RANGES_LISTED = 100;

/** Bad segments that recovery would read, in its order. */
const badOnRoute = (survey: Survey) =>
  recoveryRoute(archiveOf(survey)).flatMap((leg) =>
    clipRuns(survey.seen.timelines.get(leg.timeline)?.bad ?? [], leg).map((run) => {
      const name = (number: bigint): string =>
        formatSegmentName({ timeline: leg.timeline, number }, survey.segmentSize);
      return {
        first: name(run.first),
        last: name(run.last),
        segments: Number(countSegments([run])),
        bytes: run.mark,
      };
    }),
  );

const findings = (policy: StoredBackup, survey: Survey) => {
  const bad = badOnRoute(survey);
  const [first] = bad;
  if (first === undefined) {
    const summary = `${policy.name}: no segment is empty, and every uncompressed one holds ${survey.segmentSize} bytes`;
    return { bad, count: 0, verdict: 'pass' as const, reason: 'whole', summary };
  }
  const count = bad.reduce((sum, { segments }) => sum + segments, 0);
  const others = count === 1 ? '' : `, and so do ${plural(count - 1, 'more segment')}`;
  const should = first.bytes === 0 ? '' : `, not ${survey.segmentSize}`;
  return {
    bad,
    count,
    verdict: 'fail' as const,
    severity: policy.severity,
    reason: first.bytes === 0 ? 'empty' : 'wrong-size',
    summary: `${policy.name}: segment ${first.first} holds ${first.bytes} bytes${should}, which ends a recovery${others}`,
    files: [first.first],
    action: `Copy ${first.first} again from the server's pg_wal, or from where pg_receivewal writes, while it is still there; otherwise take a new base backup now. Where archive_command compresses or encrypts under the plain name, say so in the plan's encoding.`,
  };
};

/**
 * Whether a segment is certain to fail at restore by its size alone: nothing in it, or an uncompressed
 * one that is not exactly one segment long. A compressed one shows its size only when it is read.
 */
export const decideSegmentSize = (policy: StoredBackup, survey: Survey): Judgement => {
  const common = {
    check: 'wal-segment-size' as const,
    expected: { segmentSizeBytes: survey.segmentSize },
  };
  if (newestOf(survey) === undefined) {
    return {
      ...common,
      verdict: 'unknown',
      reason: survey.seen.foreign === undefined ? 'nothing-archived' : 'foreign-naming',
      summary: `${policy.name}: no WAL segment is there, so there is no size to judge`,
      observed: {},
      measurements: [],
    };
  }
  const { bad, count, ...said } = findings(policy, survey);
  return {
    ...common,
    ...said,
    observed: { segmentSizeBytes: survey.segmentSize, bad: bad.slice(0, RANGES_LISTED) },
    measurements: [{ name: 'segments-of-wrong-size', value: count, unit: 'segments' }],
  };
};
