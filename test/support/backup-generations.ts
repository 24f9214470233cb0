import type { Generation, Seen } from '../../functions/check-backups/seen.ts';

export const DAY_MS = 86_400_000;

/** A backup named by its date, made at a time. */
export const generation = (time: number, changes: Partial<Generation> = {}): Generation => ({
  name: `dump-${new Date(time).toISOString().slice(0, 16)}.gz`,
  at: new Date(time),
  bytes: 1_000,
  etag: `etag-${time}`,
  ...changes,
});

/** One backup a day at 02:00 UTC: the last `days` of them before `now`. */
export const dailyUntil = (now: Date, days: number): Generation[] => {
  const last = Math.floor((now.getTime() - 2 * 3_600_000) / DAY_MS) * DAY_MS + 2 * 3_600_000;
  return Array.from({ length: days }, (_, index) => generation(last - (days - 1 - index) * DAY_MS));
};

/** What the ledger knows when it has seen exactly these. */
export const seenOf = (listed: readonly Generation[], firstSeenAt: Date): Seen => ({
  firstSeenAt: firstSeenAt.toISOString(),
  oldestAt: listed
    .map(({ at }) => at.toISOString())
    .sort()
    .at(0),
  generations: listed.map(({ name, at, bytes }) => ({ name, at: at.toISOString(), bytes })),
});
