import { formatAge, formatDuration } from '../../shared/plan/duration.ts';
import type { Freshness, Severity } from '../../shared/plan/plan.ts';
import type { Schedule } from '../../shared/plan/schedule.ts';
import type { Outcome } from './outcome.ts';

/** The newest of something: an object, or a snapshot. */
export type Newest = { uri: string; at: Date; bytes?: number };

export type FreshnessInput = {
  name: string;
  fresh?: Freshness;
  severity: Severity;
  schedule: Pick<Schedule, 'text' | 'trigger'>;
  /** What is said where there is none, e.g. `there is no backup at all in s3://backups/db/`. */
  nothing: string;
  newest?: Newest;
  /** The newest that is not empty, where the newest is. */
  newestWithContent?: Newest;
  count: number;
  /** How to take one by hand belongs to the plan's owner; this is what we can say. */
  action: string;
  now: Date;
};

const isoSeconds = (time: Date): string => `${time.toISOString().slice(0, 19)}Z`;

export const ageSeconds = (at: Date, now: Date): number =>
  Math.max(0, Math.floor((now.getTime() - at.getTime()) / 1_000));

const expectation = ({ fresh, schedule }: FreshnessInput) => ({
  schedule: schedule.text,
  ...(fresh && { within: formatDuration(fresh.withinSeconds) }),
  ...(fresh?.criticalAfterSeconds && {
    criticalAfter: formatDuration(fresh.criticalAfterSeconds),
  }),
});

const noneThere = (input: FreshnessInput): Outcome => {
  const { name, schedule, severity } = input;
  const said = { expected: expectation(input), observed: { count: 0 }, measurements: [] };
  if (schedule.trigger === 'on-demand') {
    return {
      ...said,
      verdict: 'pass',
      reason: 'nothing-promised',
      summary: `${name}: is taken on demand only, and none has been taken: ${input.nothing}`,
    };
  }
  return {
    ...said,
    verdict: 'fail',
    severity,
    reason: 'missing',
    summary: `${name}: ${input.nothing}`,
    action: input.action,
  };
};

const staleSeverity = (fresh: Freshness, age: number): Severity =>
  age > (fresh.criticalAfterSeconds ?? Number.POSITIVE_INFINITY) ? 'critical' : fresh.severity;

/**
 * Judges the newest backup against the age that the plan allows. Ages are in seconds; one from the future,
 * by a clock that runs ahead, is 0.
 */
export const decideFreshness = (input: FreshnessInput): Outcome => {
  const { name, fresh, severity, newest, newestWithContent, count, now } = input;
  if (newest === undefined) return noneThere(input);
  const age = ageSeconds(newest.at, now);
  const said = {
    expected: expectation(input),
    observed: { newest: newest.uri, at: isoSeconds(newest.at), age: formatAge(age), count },
    measurements: [
      { name: 'age', value: age, unit: 'seconds' },
      { name: 'count', value: count, unit: 'backups' },
      ...(newest.bytes === undefined ? [] : [{ name: 'size', value: newest.bytes, unit: 'bytes' }]),
    ],
    evidence: [{ uri: newest.uri }],
  };
  if (newest.bytes === 0) {
    const good = newestWithContent && ageSeconds(newestWithContent.at, now);
    const before =
      good === undefined
        ? 'and there is none with content'
        : `and the newest with content is ${formatAge(good)} old`;
    return {
      ...said,
      verdict: 'fail',
      severity,
      reason: 'empty',
      summary: `${name}: the newest backup has 0 bytes: ${newest.uri}, ${before}`,
      action: input.action,
    };
  }
  if (fresh === undefined || age <= fresh.withinSeconds) {
    return {
      ...said,
      verdict: 'pass',
      reason: fresh === undefined ? 'present' : 'fresh',
      summary: `${name}: the newest backup is ${formatAge(age)} old`,
    };
  }
  return {
    ...said,
    verdict: 'fail',
    severity: staleSeverity(fresh, age),
    reason: 'stale',
    summary: `${name}: the newest backup is ${formatAge(age)} old and the plan allows ${formatDuration(fresh.withinSeconds)}: ${newest.uri}`,
    action: input.action,
  };
};
