import { formatDuration } from '../../shared/plan/duration.ts';
import type { Retention, Severity } from '../../shared/plan/plan.ts';
import type { Schedule } from '../../shared/plan/schedule.ts';
import { type Cadence, cadenceOf, isoDate, nameOfPeriod, periodOf } from './calendar.ts';
import { findHoles } from './find-holes.ts';
import { findTierHoles } from './find-tier-holes.ts';
import { longestSeconds } from './retention-bounds.ts';
import type { Generation, Seen, SeenGeneration } from './seen.ts';
import { latest } from './time-bounds.ts';

export type RetentionInput = {
  name: string;
  retain: Retention;
  schedule: Schedule;
  severity: Severity;
  listed: readonly Generation[];
  /** What the ledger remembers, this listing included. */
  seen: Seen;
  /** A name may be written anew without loss: files, or a bucket that keeps versions. */
  mayOverwrite: boolean;
  /** A deletion loses nothing: the bucket keeps the versions of what is no finished backup. */
  mayDelete: boolean;
  /** How a person accepts what is gone. */
  acceptWith: string;
  now: Date;
};

/** One thing that is wrong with what an archive keeps. */
export type Problem = {
  reason: string;
  severity: Severity;
  words: string;
  action: string;
};

const NAMED = 5;

const some = (names: readonly string[], count = names.length): string => {
  const rest = count - Math.min(NAMED, names.length);
  return `${names.slice(0, NAMED).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
};

export const plural = (count: number, word: string): string =>
  `${count} ${word}${count === 1 ? '' : 's'}`;

export const describeRetention = (retain: Retention): string => {
  if (retain.kind === 'forever') return 'forever';
  if (retain.kind === 'age') return formatDuration(retain.seconds);
  const tiers: [string, number | undefined][] = [
    ['daily', retain.dailySeconds],
    ['weekly', retain.weeklySeconds],
    ['monthly', retain.monthlySeconds],
  ];
  return tiers
    .flatMap(([tier, seconds]) =>
      seconds === undefined ? [] : [`${tier} ${formatDuration(seconds)}`],
    )
    .join(', ');
};

/** Backups that went before their time, one by one. */
const vanished = ({ seen, retain, mayDelete }: RetentionInput): SeenGeneration[] =>
  // With generations a single backup may go as long as its period keeps one.
  mayDelete || retain.kind === 'generations'
    ? []
    : (seen.generations ?? []).filter(({ goneAt, overwritten }) => goneAt && !overwritten);

const howToUndo = ({ acceptWith }: RetentionInput): string =>
  `Restore it from a copy or a noncurrent version, and find out who deleted it. If it was meant: ${acceptWith}`;

const deletedEarly = (input: RetentionInput): Problem[] => {
  const { seen, listed, retain, severity, mayDelete } = input;
  const action = howToUndo(input);
  const missing = vanished(input);
  if (missing.length > 0) {
    const names = missing.map(({ name, at }) => `${name} (${isoDate(Date.parse(at))})`);
    const words = `${plural(missing.length, 'backup')} vanished before ${describeRetention(retain)} were over: ${some(names)}`;
    return [{ reason: 'deleted-early', severity, words, action }];
  }
  const lost = (seen.highestCount ?? 0) - listed.length;
  if (retain.kind !== 'forever' || lost <= 0 || mayDelete) return [];
  const words = `${lost} of ${seen.highestCount} objects vanished, and the plan keeps them forever`;
  return [{ reason: 'deleted-early', severity, words, action }];
};

/** Backups whose name a later one took, and whose period no other backup covers. */
const uncovered = ({ seen, listed, schedule }: RetentionInput): SeenGeneration[] => {
  const half = (cadenceOf(schedule)?.seconds ?? 0) * 500;
  return (seen.generations ?? []).filter(
    ({ overwritten, at }) =>
      overwritten &&
      half > 0 &&
      !listed.some((other) => Math.abs(other.at.getTime() - Date.parse(at)) <= half),
  );
};

/** One overwritten backup is a repair; a name that loses one after the other keeps no history. */
const overwritten = (input: RetentionInput): Problem[] => {
  if (input.mayOverwrite) return [];
  const lost = uncovered(input);
  const rolling = lost.find(({ name }, index) =>
    lost.slice(0, index).some((earlier) => earlier.name === name),
  );
  if (rolling === undefined) return [];
  return [
    {
      reason: 'overwritten',
      severity: 'warning',
      words: `every backup is written over the one before, as ${rolling.name}: only the newest is kept, not ${describeRetention(input.retain)}`,
      action: 'Give every backup a name of its own, for example with its date, or keep versions.',
    },
  ];
};

const missingGeneration = (words: string): Problem => ({
  reason: 'missing-generation',
  severity: 'warning',
  words,
  action:
    'The past cannot be backed up any more: find out why that run failed, and alert on its job.',
});

const timesOf = (generations: readonly SeenGeneration[]): number[] =>
  generations.map(({ at }) => Date.parse(at));

/** Runs that left nothing. What vanished is told as vanished, and what was repaired is there. */
const runsWithoutBackup = (input: RetentionInput, cadence: Cadence): Problem[] => {
  const { listed, retain, now } = input;
  const accounted = [...(input.mayOverwrite ? [] : uncovered(input)), ...vanished(input)];
  const from = now.getTime() - longestSeconds(retain) * 1_000;
  // A leftover from long ago says nothing of the time between it and the rest.
  const times = [...listed.map(({ at }) => at.getTime()), ...timesOf(accounted)].filter(
    (time) => time >= from,
  );
  const { names, count } = findHoles(times, cadence, from);
  return count === 0 ? [] : [missingGeneration(`no backup is kept of ${some(names, count)}`)];
};

const UNITS = ['day', 'week', 'month'] as const;

/** Days, weeks and months that lost the last backup they had, or never had one. */
const tiersWithoutBackup = (input: RetentionInput, cadence: Cadence): Problem[] => {
  const { listed, retain, now, seen, severity } = input;
  if (retain.kind !== 'generations') return [];
  const lost = (seen.generations ?? []).filter(({ goneAt }) => goneAt !== undefined);
  const listedTimes = listed.map(({ at }) => at.getTime());
  const newest = latest(timesOf(lost));
  const rightEdge = newest > latest(listedTimes) ? [newest + cadence.seconds * 1_000] : [];
  const oldest = Date.parse(seen.oldestAt ?? now.toISOString());
  const points = [...listedTimes, ...rightEdge];
  return findTierHoles(retain, cadence, points, oldest, now.getTime()).map(
    ({ tier, names, count }) => {
      const words = `no ${tier} backup is kept of ${some(names, count)}`;
      const was = lost.find(({ at }) =>
        UNITS.some((unit) => names.includes(nameOfPeriod(unit, periodOf(unit, Date.parse(at))))),
      );
      if (was === undefined) return missingGeneration(words);
      const action = howToUndo(input);
      return { reason: 'deleted-early', severity, words: `${words}: ${was.name} vanished`, action };
    },
  );
};

/**
 * What an archive lost before its time, worst first: backups that vanished, names that overwrite each
 * other, and periods of the schedule without any backup.
 */
export const findRetentionLosses = (input: RetentionInput): Problem[] => {
  const cadence = cadenceOf(input.schedule);
  const holes =
    cadence === undefined
      ? []
      : input.retain.kind === 'generations'
        ? tiersWithoutBackup(input, cadence)
        : runsWithoutBackup(input, cadence);
  const found = [...deletedEarly(input), ...overwritten(input), ...holes];
  return found.sort(
    (a, b) => Number(b.reason === 'deleted-early') - Number(a.reason === 'deleted-early'),
  );
};
