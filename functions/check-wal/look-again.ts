import { formatSegmentName, formatTimeline } from '../../shared/postgres-wal/segment-name.ts';
import {
  END,
  filesPerSegment,
  hasLost,
  type Part,
  replaceHistories,
  replacePart,
} from './known-part.ts';
import type { ListNames } from './listing.ts';
import {
  emptyObservation,
  type Observation,
  type Reading,
  type TimelineSeen,
} from './observation.ts';
import { takePage } from './read-stretches.ts';
import { AFTER_WAL_NAMES, endOfTimeline } from './scan-archive.ts';

/**
 * A LIST request costs the same for one name as for 1,000. So the one for news begins this many names
 * before the newest: uploads that overtook each other and segments that vanished are seen with it, and
 * half a page is left for what is new.
 */
const NAMES_LOOKED_BACK = 500;
/** So many pages of news mean that nobody has looked for long; listing in parallel is faster then. */
const MAX_PAGES_OF_NEWS = 20;

/** The name after which a segment's own files begin: no suffix is above `~`. */
const nameBefore = (timeline: number, number: bigint, segmentSize: number): string =>
  number === 0n
    ? formatTimeline(timeline)
    : `${formatSegmentName({ timeline, number: number - 1n }, segmentSize)}~`;

/** Where the look for news begins; 0 where all of a timeline fits into it. */
const newsFrom = (seen: TimelineSeen): bigint => {
  const back = BigInt(Math.floor(NAMES_LOOKED_BACK / filesPerSegment(seen)));
  const from = (seen.newest?.number ?? 0n) - back;
  return from <= (seen.runs[0]?.first ?? 0n) ? 0n : from;
};

const readNews = async (
  list: ListNames,
  from: string,
  end: string | undefined,
  reading: Reading,
): Promise<Observation | undefined> => {
  const seen = emptyObservation();
  let after = from;
  for (let pages = 0; pages < MAX_PAGES_OF_NEWS; pages += 1) {
    const page = await list({ after });
    const more = takePage(seen, page, reading, end);
    after = page.last ?? after;
    if (!more || after > AFTER_WAL_NAMES) return seen;
  }
  return undefined;
};

/**
 * Reads what is new: one LIST request for each timeline that is known, and more only where more than
 * half a page is new. The highest timeline's also finds new timelines, whose names come after its own.
 * Answers undefined where what is known no longer helps and the whole archive has to be read: a
 * segment that is gone may have been deleted with everything below it.
 */
export const lookForNews = async (
  list: ListNames,
  known: Observation,
  reading: Reading,
): Promise<{ seen: Observation; parts: Part[] } | undefined> => {
  const timelines = [...known.timelines].sort(([a], [b]) => a - b);
  const parts = timelines.map(([timeline, seen]) => ({ timeline, from: newsFrom(seen), to: END }));
  const highest = parts.at(-1)?.timeline;
  const news = await Promise.all(
    parts.map(({ timeline, from }) => {
      const end = timeline === highest ? undefined : endOfTimeline(timeline);
      return readNews(list, nameBefore(timeline, from, reading.segmentSize), end, reading);
    }),
  );
  let seen = known;
  for (const [index, part] of parts.entries()) {
    const now = news[index];
    if (now === undefined) return undefined;
    if (hasLost(seen, now, part)) return undefined;
    const fresh = [...now.timelines.keys()].filter((timeline) => timeline > part.timeline);
    for (const next of [part, ...fresh.map((timeline) => ({ timeline, from: 0n, to: END }))]) {
      seen = replacePart(seen, now, next);
    }
    seen = replaceHistories(seen, now, part.from === 0n ? [part.timeline] : []);
  }
  return { seen, parts };
};

/**
 * Reads one part again, with one LIST request; what lies beyond its page stays as it was known.
 * Answers undefined where a segment is gone, as {@link lookForNews} does.
 */
export const lookAtPart = async (
  list: ListNames,
  known: Observation,
  part: Part,
  reading: Reading,
): Promise<Observation | undefined> => {
  const { timeline, from, to } = part;
  const end = `${formatSegmentName({ timeline, number: to }, reading.segmentSize)}~`;
  const page = await list({ after: nameBefore(timeline, from, reading.segmentSize) });
  const now = emptyObservation();
  const more = takePage(now, page, reading, end);
  const last = more ? (now.timelines.get(timeline)?.newest?.number ?? from - 1n) : to;
  const read = { timeline, from, to: last };
  return hasLost(known, now, read) ? undefined : replacePart(known, now, read);
};

/** Looks, with one LIST request, whether the `.history` of a timeline is there now. */
export const lookForHistory = async (
  list: ListNames,
  known: Observation,
  timeline: number,
  reading: Reading,
): Promise<Observation> => {
  const page = await list({ after: `${formatTimeline(timeline)}.`, maxNames: 5 });
  const now = emptyObservation();
  // "/" is the character after "." and comes before every digit.
  takePage(now, page, reading, `${formatTimeline(timeline)}/`);
  return replaceHistories(known, now, []);
};
