import type { Retention } from '../../shared/plan/plan.ts';
import { longestSeconds, toleranceSeconds } from './retention-bounds.ts';
import { type Generation, MAX_REMEMBERED, type Seen, type SeenGeneration } from './seen.ts';

export type SeenInput = {
  previous?: Seen;
  listed: readonly Generation[];
  /** Names that are there and belong to another policy, since a plan can change. */
  others: ReadonlySet<string>;
  retain?: Retention;
  everySeconds?: number;
  now: Date;
};

/** Whether a backup that is gone still matters: its promised time is not over, and it went early. */
const stillMatters = (gone: SeenGeneration, { retain, everySeconds, now }: SeenInput): boolean => {
  if (retain === undefined) return false;
  if (retain.kind === 'forever') return true;
  const at = Date.parse(gone.at);
  const promised = at + longestSeconds(retain) * 1_000;
  if (promised <= now.getTime()) return false;
  const slack = toleranceSeconds(longestSeconds(retain), everySeconds) * 1_000;
  return Date.parse(gone.goneAt ?? now.toISOString()) < promised - slack;
};

const noteGone = (input: SeenInput): SeenGeneration[] => {
  const times = new Map(input.listed.map(({ name, at }) => [name, at.toISOString()]));
  return (input.previous?.generations ?? []).flatMap((seen) => {
    const at = times.get(seen.name);
    if (at === seen.at || input.others.has(seen.name)) return [];
    // A name that is back after it was missed has been restored.
    if (at !== undefined && seen.goneAt !== undefined && !seen.overwritten) return [];
    const goneAt = seen.goneAt ?? input.now.toISOString();
    const gone = { ...seen, goneAt, ...(at !== undefined && { overwritten: true }) };
    return stillMatters(gone, input) ? [gone] : [];
  });
};

/** What vanished before what was written over, and of the latter the newest. */
const worstGone = (gone: readonly SeenGeneration[]): SeenGeneration[] =>
  [
    ...gone.filter(({ overwritten }) => !overwritten),
    ...gone.filter(({ overwritten }) => overwritten),
  ].slice(0, MAX_REMEMBERED);

/**
 * Whether backups are counted alone. What is kept forever is counted from then on, since fewer of them is
 * what must be noticed; a count says nothing of a retention by age.
 */
const isCounted = ({ previous, listed, retain }: SeenInput): boolean =>
  listed.length > MAX_REMEMBERED ||
  (retain?.kind === 'forever' && previous?.highestCount !== undefined);

const earliest = (times: (string | undefined)[]): string | undefined =>
  times.filter((time) => time !== undefined).sort()[0];

/**
 * What the ledger is to remember after a listing: all that is there, and what went before its time. A pure
 * function of its input; with an unchanged listing the result equals the previous record.
 */
export const decideSeen = (input: SeenInput): Seen => {
  const { previous, listed, now } = input;
  const counted = isCounted(input);
  // What went while they were counted was not noticed: one by one they are watched from now on.
  const isFirst = previous === undefined || (previous.highestCount !== undefined && !counted);
  const firstSeenAt = isFirst ? now.toISOString() : previous.firstSeenAt;
  const oldest = listed.reduce<Date | undefined>(
    (found, { at }) => (found === undefined || at < found ? at : found),
    undefined,
  );
  const oldestAt = earliest([previous?.oldestAt, oldest?.toISOString()]);
  if (input.retain === undefined) return { firstSeenAt, oldestAt };
  const gone = noteGone(input);
  if (counted) {
    const lost = gone.filter(({ overwritten }) => !overwritten).length;
    const highestCount = Math.max(previous?.highestCount ?? 0, listed.length + lost);
    return { firstSeenAt, oldestAt, highestCount };
  }
  const there = listed.map(({ name, at, bytes }) => ({ name, at: at.toISOString(), bytes }));
  const generations = [...there, ...worstGone(gone)];
  return { firstSeenAt, oldestAt, generations };
};
