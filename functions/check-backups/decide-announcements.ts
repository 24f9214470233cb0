import { createHash } from 'node:crypto';
import * as z from 'zod';
import { decideRereads } from './decide-rereads.ts';
import type { Generation } from './seen.ts';

/** What the ledger remembers of what it sent to be verified, for one place. */
export const announcedSchema = z.object({
  /** Objects of this time and before are settled. */
  since: z.iso.datetime(),
  /** Those after it that were sent, by `announcementId`. */
  ids: z.array(z.string()),
  /** Every re-read that was due until then was sent. */
  rereadUntil: z.iso.datetime().optional(),
});
export type Announced = z.infer<typeof announcedSchema>;

export type AnnouncementsInput = {
  listed: readonly Generation[];
  previous?: Announced;
  rereadSeconds: number;
  /** An object so young may still be announced by its own event. */
  settleSeconds: number;
  now: Date;
};

export type Announcements = {
  unannounced: Generation[];
  reread: Generation[];
  /** What to remember once both were sent. */
  next: Announced;
};

const DAY_SECONDS = 86_400;
/**
 * A multipart upload carries the time at which it began, so it can appear this long in the past. S3 sets no
 * limit; two days of uploading is more than a backup takes.
 */
const OVERLAP_SECONDS = 2 * DAY_SECONDS;
/** An archive that was there before this function: its newest are read first, the rest by re-reads. */
const FIRST_RUN = 100;
const MAX_PER_RUN = 500;
const MAX_IDS = 10_000;

const digest = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Another upload under the same name is another object. */
export const announcementId = ({ name, at, etag }: Generation): string =>
  digest(`${name}\n${at.toISOString()}\n${etag}`).slice(0, 16);

const time = ({ at }: Generation): number => at.getTime();

const oldestFirst = (a: Generation, b: Generation): number =>
  time(a) - time(b) || (a.name < b.name ? -1 : 1);

const initial = (settled: readonly Generation[]): Announced => {
  const before = settled.at(-FIRST_RUN - 1);
  return { since: (before?.at ?? new Date(0)).toISOString(), ids: [] };
};

/** Moves `since` on: to the overlap, never past what is still to be sent, and to where the ids fit. */
const advance = (
  since: number,
  known: readonly Generation[],
  waiting: readonly Generation[],
): Pick<Announced, 'since' | 'ids'> => {
  const newest = known.at(-1);
  const oldestWaiting = waiting[0];
  const overlap = newest === undefined ? since : time(newest) - OVERLAP_SECONDS * 1_000;
  const fits = known.at(-MAX_IDS - 1);
  const wanted = Math.max(since, overlap, fits === undefined ? since : time(fits));
  const limit = oldestWaiting === undefined ? wanted : time(oldestWaiting) - 1;
  const next = Math.max(since, Math.min(wanted, limit));
  return {
    since: new Date(next).toISOString(),
    ids: known.filter((object) => time(object) > next).map(announcementId),
  };
};

/**
 * Which objects to send to be verified: those that the ledger does not know, so that a lost event heals,
 * and those that are due to be read again. At most `MAX_PER_RUN` of each; the rest waits for the next
 * run. A pure function: what is sent twice, because `next` was not stored, is the same again.
 */
export const decideAnnouncements = (input: AnnouncementsInput): Announcements => {
  const { listed, previous, settleSeconds, now } = input;
  const settledBy = now.getTime() - settleSeconds * 1_000;
  const settled = listed.filter((object) => time(object) <= settledBy).sort(oldestFirst);
  const { since, ids } = previous ?? initial(settled);
  const sent = new Set(ids);
  const after = settled.filter((object) => time(object) > Date.parse(since));
  const fresh = after.filter((object) => !sent.has(announcementId(object)));
  const unannounced = fresh.slice(0, MAX_PER_RUN);
  const waiting = fresh.slice(MAX_PER_RUN);
  const later = new Set(waiting);
  const known = after.filter((object) => !later.has(object));
  const { reread, until } = decideRereads({
    ...input,
    until: previous?.rereadUntil,
    room: MAX_PER_RUN - unannounced.length,
  });
  return {
    unannounced,
    reread,
    next: { ...advance(Date.parse(since), known, waiting), rereadUntil: until },
  };
};
