import type { StoredBackup } from '../../shared/plan/plan.ts';
import { liveRoutes } from '../../shared/postgres-wal/live-timelines.ts';
import { outermost } from '../../shared/postgres-wal/outermost.ts';
import { formatSegmentName } from '../../shared/postgres-wal/segment-name.ts';
import { clipRuns, countSegments } from '../../shared/postgres-wal/segment-runs.ts';
import { plural } from './describe-gaps.ts';
import type { Judgement } from './judgement.ts';
import { archiveOf, newestOf, type Survey } from './survey.ts';

/** Ranges listed in a report; the others are counted. */
const RANGES_LISTED = 100;

type Bad = { first: string; last: string; segments: number; bytes: number };

const segmentsAmong = (bad: readonly Bad[]): number =>
  bad.reduce((sum, { segments }) => sum + segments, 0);

/** Those of the empty or odd segments that recovery would read, in its order; each once. */
const onRoute = (survey: Survey, kind: 'empty' | 'odd'): Bad[] => {
  const bad = liveRoutes(archiveOf(survey))
    .flat()
    .flatMap((leg) =>
      clipRuns(survey.seen.timelines.get(leg.timeline)?.[kind] ?? [], leg).map((run) => {
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
  return outermost(bad);
};

/**
 * Not one raw segment has a size that PostgreSQL uses, and the plan names none. All of them cut is less
 * likely than an archive_command that compresses and keeps the plain name.
 */
const sizeUnclear = (policy: StoredBackup, { first, bytes }: Bad, count: number) => ({
  verdict: 'unknown' as const,
  reason: 'size-not-known',
  summary: `${policy.name}: ${plural(count, 'segment')} such as ${first} (${bytes} bytes) may be cut, or compressed under the plain name: no uncompressed segment shows what the size should be`,
  files: [first],
  action:
    "Where archive_command compresses or encrypts, say so in the plan's encoding; where it does not, say the segment-size.",
});

const broken = (policy: StoredBackup, { segmentSize }: Survey, first: Bad, count: number) => {
  const others =
    count === 1 ? '' : `; ${plural(count - 1, 'more segment')} cannot be restored either`;
  const should = first.bytes === 0 ? '' : `, not ${segmentSize}`;
  return {
    verdict: 'fail' as const,
    severity: policy.severity,
    reason: first.bytes === 0 ? 'empty' : 'wrong-size',
    summary: `${policy.name}: segment ${first.first} holds ${first.bytes} bytes${should}, which ends a recovery${others}`,
    files: [first.first],
    action: `Copy ${first.first} again from the server's pg_wal, or from where pg_receivewal writes, while it is still there; otherwise take a new base backup now. Where archive_command compresses or encrypts under the plain name, say so in the plan's encoding.`,
  };
};

const whole = (policy: StoredBackup, { segmentSize }: Survey) => ({
  verdict: 'pass' as const,
  reason: 'whole',
  summary: `${policy.name}: no segment is empty, and every uncompressed one holds ${segmentSize} bytes`,
});

const judge = (policy: StoredBackup, survey: Survey, empty: Bad[], odd: Bad[]) => {
  const certain = (survey.sizeKnown ? [...empty, ...odd] : empty).toSorted((a, b) =>
    a.first < b.first ? -1 : 1,
  );
  const [first] = certain;
  if (first !== undefined) return broken(policy, survey, first, segmentsAmong(certain));
  const [unclear] = odd;
  return unclear === undefined
    ? whole(policy, survey)
    : sizeUnclear(policy, unclear, segmentsAmong(odd));
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
  if (newestOf(survey.seen) === undefined) {
    return {
      ...common,
      verdict: 'unknown',
      reason: survey.seen.foreign === undefined ? 'nothing-archived' : 'foreign-naming',
      summary: `${policy.name}: no WAL segment is there, so there is no size to judge`,
      observed: {},
      measurements: [],
    };
  }
  const [empty, odd] = [onRoute(survey, 'empty'), onRoute(survey, 'odd')];
  const bad = [...empty, ...odd];
  return {
    ...common,
    ...judge(policy, survey, empty, odd),
    observed: { segmentSizeBytes: survey.segmentSize, bad: bad.slice(0, RANGES_LISTED) },
    measurements: [{ name: 'segments-of-wrong-size', value: segmentsAmong(bad), unit: 'segments' }],
  };
};
