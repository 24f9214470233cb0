import { formatAge, formatDuration } from '../../shared/plan/duration.ts';
import { isoDate } from './calendar.ts';
import { ageSeconds } from './decide-freshness.ts';
import {
  describeRetention,
  findRetentionLosses,
  type Problem,
  plural,
  type RetentionInput,
} from './find-retention-losses.ts';
import type { Outcome } from './outcome.ts';
import { graceSeconds, longestSeconds } from './retention-bounds.ts';
import { earliest, latest } from './time-bounds.ts';

/** What was written on change, or without end, is in use as long as it is there, however old. */
const keptTooLong = (input: RetentionInput): Problem[] => {
  const { retain, schedule, listed, now } = input;
  if (retain.kind === 'forever') return [];
  if (schedule.trigger === 'on-change' || schedule.trigger === 'continuous') return [];
  const seconds = longestSeconds(retain);
  const limit = seconds + graceSeconds(seconds, periodOfRetention(input));
  const newest = latest(listed.map(({ at }) => at.getTime()));
  const old = listed
    .filter(({ at }) => ageSeconds(at, now) > limit && at.getTime() < newest)
    .sort((a, b) => a.at.getTime() - b.at.getTime());
  const [oldest] = old;
  if (oldest === undefined) return [];
  return [
    {
      reason: 'kept-too-long',
      severity: 'warning',
      words: `${plural(old.length, 'backup')} should be gone after ${formatDuration(seconds)}: the oldest is ${oldest.name}, ${formatAge(ageSeconds(oldest.at, now))} old`,
      action:
        'Delete them, or correct the lifecycle rule or the script that should; or state a longer retain in the plan.',
    },
  ];
};

const periodOfRetention = ({ retain, schedule }: RetentionInput): number | undefined => {
  if (retain.kind !== 'generations') return schedule.everySeconds;
  if (retain.monthlySeconds === longestSeconds(retain)) return 31 * 86_400;
  return retain.weeklySeconds === longestSeconds(retain) ? 7 * 86_400 : schedule.everySeconds;
};

const holds = (input: RetentionInput): Pick<Outcome, 'reason' | 'summary'> => {
  const { name, retain, listed, seen, now } = input;
  const oldest = earliest(listed.map(({ at }) => at.getTime()));
  const watched = isoDate(Date.parse(seen.firstSeenAt));
  const old = (now.getTime() - oldest) / 1_000;
  const count = `${plural(listed.length, 'backup')} since ${isoDate(oldest)}`;
  const counted =
    seen.highestCount === undefined ? '' : '; too many to watch one by one, they are counted';
  if (retain.kind !== 'forever' && old >= longestSeconds(retain) * 0.99) {
    return { reason: 'kept', summary: `${name}: keeps ${count}${counted}` };
  }
  const promise = retain.kind === 'forever' ? 'forever' : describeRetention(retain);
  return {
    reason: retain.kind === 'forever' ? 'kept' : 'young',
    summary: `${name}: keeps ${count}, all that was seen since ${watched}; ${promise} is promised${counted}`,
  };
};

/**
 * Judges whether an archive keeps what the plan says, and no more: backups that went too early, periods
 * without one, names that overwrite each other, and what should be gone. An archive younger than its
 * retention passes as `young`: nothing that was seen is missing.
 */
export const decideRetention = (input: RetentionInput): Outcome => {
  const { name, retain, listed, seen, now } = input;
  const problems = [...findRetentionLosses(input), ...keptTooLong(input)];
  const times = listed.map(({ at }) => at.getTime());
  const said = {
    expected: { keep: describeRetention(retain), schedule: input.schedule.text },
    observed: {
      count: listed.length,
      ...(times.length > 0 && { oldest: new Date(earliest(times)).toISOString() }),
      watchedSince: seen.firstSeenAt,
      ...(seen.highestCount !== undefined && { rememberedOneByOne: false }),
      problems: problems.map(({ reason, words }) => ({ reason, words })),
    },
    measurements: [
      { name: 'count', value: listed.length, unit: 'backups' },
      ...(times.length === 0
        ? []
        : [
            {
              name: 'oldest-age',
              value: ageSeconds(new Date(earliest(times)), now),
              unit: 'seconds',
            },
          ]),
    ],
  };
  const [worst] = problems;
  if (worst !== undefined) {
    const { reason, action } = worst;
    const severity = problems.some((problem) => problem.severity === 'critical')
      ? 'critical'
      : 'warning';
    const summary = `${name}: ${problems.map(({ words }) => words).join('; ')}`;
    return { ...said, verdict: 'fail', reason, severity, summary, action };
  }
  if (listed.length === 0) {
    const onDemand = input.schedule.trigger === 'on-demand';
    return {
      ...said,
      verdict: onDemand ? 'pass' : 'unknown',
      reason: onDemand ? 'nothing-promised' : 'nothing-seen',
      summary: `${name}: no backup was seen yet, so there is nothing to keep`,
      action: onDemand ? undefined : 'Take the first backup.',
    };
  }
  return { ...said, verdict: 'pass', ...holds(input) };
};
