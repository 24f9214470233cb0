import { formatAge } from '../../shared/plan/duration.ts';
import type { Retention, Severity } from '../../shared/plan/plan.ts';
import { isoDate } from './calendar.ts';
import { ageSeconds } from './decide-freshness.ts';
import { describeRetention } from './find-retention-losses.ts';
import type { Outcome } from './outcome.ts';
import { graceSeconds, longestSeconds, toleranceSeconds } from './retention-bounds.ts';
import type { WalFile, WalSeen } from './wal-seen.ts';

/**
 * What to remember of the old end of a WAL archive, given the segments at its beginning. The segment that
 * was the oldest and is gone before its time stays on record until that time is over, or until it is back.
 *
 * @param first the segments of the archive's first page, in the order of names.
 */
export const decideWalSeen = (
  previous: WalSeen | undefined,
  first: readonly WalFile[],
  retain: Retention | undefined,
  now: Date,
): WalSeen => {
  const seen = previous ?? { firstSeenAt: now.toISOString(), copies: {} };
  const oldest = first.reduce<WalFile | undefined>(
    (found, one) => (found === undefined || one.at < found.at ? one : found),
    undefined,
  );
  const isThere = (file: WalFile) => first.some(({ name }) => name === file.name);
  const keptUntil = (file: WalFile): number =>
    Date.parse(file.at) + (retain === undefined ? 0 : longestSeconds(retain) * 1_000);
  const slack =
    retain === undefined || retain.kind === 'forever'
      ? 0
      : toleranceSeconds(longestSeconds(retain)) * 1_000;
  const was = seen.oldest;
  const isEarly = was !== undefined && !isThere(was) && now.getTime() < keptUntil(was) - slack;
  const standing =
    seen.lost && !isThere(seen.lost.first) && keptUntil(seen.lost.first) > now.getTime()
      ? seen.lost
      : undefined;
  const lost =
    standing ??
    (isEarly
      ? { first: was, before: oldest?.name ?? 'nothing', goneAt: now.toISOString() }
      : undefined);
  return { ...seen, oldest, lost };
};

export type WalRetentionInput = {
  name: string;
  retain: Retention;
  severity: Severity;
  seen: WalSeen;
  acceptWith: string;
  now: Date;
};

/** Judges the old end of a WAL archive alone. Whether its sequence is whole is another check's. */
export const decideWalRetention = (input: WalRetentionInput): Outcome => {
  const { name, retain, severity, seen, now } = input;
  const { oldest, lost } = seen;
  const age = oldest && ageSeconds(new Date(oldest.at), now);
  const said = {
    expected: { keep: describeRetention(retain) },
    observed: {
      ...(oldest && { oldest: oldest.name, at: oldest.at }),
      ...(lost && { lostFrom: lost.first.name, oldestThen: lost.before }),
      watchedSince: seen.firstSeenAt,
    },
    measurements: age === undefined ? [] : [{ name: 'oldest-age', value: age, unit: 'seconds' }],
  };
  if (lost !== undefined) {
    return {
      ...said,
      verdict: 'fail',
      severity,
      reason: 'deleted-early',
      summary: `${name}: WAL from ${lost.first.name} (${isoDate(Date.parse(lost.first.at))}) vanished before ${describeRetention(retain)} were over; the oldest was then ${lost.before}`,
      action: `Restore it from a copy or a noncurrent version, and find out who deleted it; recovery begins at the first base backup after the loss. If it was meant: ${input.acceptWith}`,
    };
  }
  if (oldest === undefined || age === undefined) {
    const summary = `${name}: no WAL was seen yet, so there is nothing to keep`;
    return { ...said, verdict: 'unknown', reason: 'nothing-seen', summary };
  }
  const seconds = longestSeconds(retain);
  if (retain.kind !== 'forever' && age > seconds + graceSeconds(seconds)) {
    return {
      ...said,
      verdict: 'fail',
      severity: 'warning',
      reason: 'kept-too-long',
      summary: `${name}: WAL should be gone after ${describeRetention(retain)}: the oldest segment ${oldest.name} is ${formatAge(age)} old`,
      action:
        'Correct the lifecycle rule or the script that should delete it, but keep what the oldest base backup needs.',
    };
  }
  const isFull = retain.kind === 'forever' || age >= seconds * 0.99;
  return {
    ...said,
    verdict: 'pass',
    reason: isFull ? 'kept' : 'young',
    summary: `${name}: keeps WAL since ${isoDate(Date.parse(oldest.at))}${isFull ? '' : `, all that was seen since ${isoDate(Date.parse(seen.firstSeenAt))}; ${describeRetention(retain)} is promised`}`,
  };
};
