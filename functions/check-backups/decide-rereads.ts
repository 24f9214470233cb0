import { crc32 } from 'node:zlib';
import type { Generation } from './seen.ts';

export type RereadsInput = {
  listed: readonly Generation[];
  /** Everything that was due until then was sent. Absent: nothing was ever sent. */
  until?: string;
  rereadSeconds: number;
  /** How many may be sent now. */
  room: number;
  now: Date;
};

export type Rereads = {
  reread: Generation[];
  /** To remember once they were sent. It stays as it is while nothing is due. */
  until: string;
};

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** An hour of every day early, a day at most: a run, a queue and a reading that are late still keep the promise. */
const periodOf = (rereadSeconds: number): number => {
  const promised = Math.max(rereadSeconds * 1_000, HOUR_MS);
  return promised - Math.min(promised / 24, DAY_MS);
};

/** Between 0 and 1, the same at every run: by the folder where there is one, since a folder may be one backup. */
const spread = (name: string): number => {
  const slash = name.lastIndexOf('/');
  return crc32(slash < 0 ? name : name.slice(0, slash)) / 2 ** 32;
};

/**
 * When an object is due for the first time after a moment: once in every period from its own time on, the
 * first time up to a quarter earlier, so that an archive that was copied in one go does not come due in one.
 */
const dueAfter = ({ name, at }: Generation, from: number, period: number): number => {
  const first = Math.floor(at.getTime() + period * (1 - spread(name) / 4));
  return first > from ? first : first + (Math.floor((from - first) / period) + 1) * period;
};

/**
 * Which objects are to be read again now: those whose moment came since the last run, however long ago that
 * was. A pure function: what is sent twice, because `until` was not stored, is the same again.
 */
export const decideRereads = (input: RereadsInput): Rereads => {
  const { listed, rereadSeconds, room, now } = input;
  const period = periodOf(rereadSeconds);
  const until = Math.min(Date.parse(input.until ?? now.toISOString()), now.getTime());
  // After a pause of more than a period all are due, each once.
  const from = Math.max(until, now.getTime() - period);
  const due = listed
    .map((object) => ({ object, at: dueAfter(object, from, period) }))
    .filter(({ at }) => at <= now.getTime())
    .sort((a, b) => a.at - b.at || (a.object.name < b.object.name ? -1 : 1));
  const last = due[Math.min(room, due.length) - 1];
  if (last === undefined) return { reread: [], until: new Date(until).toISOString() };
  // Those of the same moment go together, or `until` would pass over the rest.
  const sent = due.filter(({ at }) => at <= last.at);
  return {
    reread: sent.map(({ object }) => object),
    until: new Date(Math.floor(last.at)).toISOString(),
  };
};
