import { formatSegmentName, formatTimeline } from '../../shared/postgres-wal/segment-name.ts';
import { countSegments, type Range, replaceRange } from '../../shared/postgres-wal/segment-runs.ts';
import type { ListNames } from './listing.ts';
import { emptyObservation, type Observation, type Reading } from './observation.ts';
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

/** Part of one timeline. */
export type Part = { timeline: number } & Range;

const END = (1n << 64n) - 1n;

/** The name after which a segment's own files begin: no suffix is above `~`. */
const nameBefore = (timeline: number, number: bigint, segmentSize: number): string =>
  number === 0n
    ? formatTimeline(timeline)
    : `${formatSegmentName({ timeline, number: number - 1n }, segmentSize)}~`;

/** Puts what a part of a timeline shows now in place of what was known of it. */
const replacePart = (known: Observation, now: Observation, part: Part): Observation => {
  const { timeline, from, to } = part;
  const before = known.timelines.get(timeline);
  const seen = now.timelines.get(timeline);
  const runs = replaceRange(before?.runs ?? [], part, seen?.runs ?? []);
  const bad = replaceRange(before?.bad ?? [], part, seen?.bad ?? []);
  const newest = to === END ? seen?.newest : before?.newest;
  const files = Math.round(filesPerSegment(before ?? seen) * Number(countSegments(runs)));
  const timelines = new Map(known.timelines);
  if (runs.length === 0) timelines.delete(timeline);
  else timelines.set(timeline, { runs, bad, newest, files });
  const outside = known.labels.filter(
    (label) => label.timeline !== timeline || label.number < from || label.number > to,
  );
  const inside = now.labels.filter((label) => label.timeline === timeline);
  return { ...known, timelines, labels: [...outside, ...inside] };
};

const filesPerSegment = (seen: { files: number; runs: Observed['runs'] } | undefined): number => {
  const segments = Number(countSegments(seen?.runs ?? []));
  return seen === undefined || segments === 0 ? 1 : Math.max(1, seen.files / segments);
};

type Observed = NonNullable<ReturnType<Observation['timelines']['get']>>;

const replaceHistories = (
  known: Observation,
  now: Observation,
  forgotten: readonly number[],
): Observation => {
  const found = new Set(now.histories.map(({ timeline }) => timeline));
  const kept = known.histories.filter(
    ({ timeline }) => !found.has(timeline) && !forgotten.includes(timeline),
  );
  return { ...known, histories: [...kept, ...now.histories] };
};

/** Where the look for news begins; 0 where all of a timeline fits into it. */
const newsFrom = ({ runs, newest, files }: Observed): bigint => {
  const back = BigInt(Math.floor(NAMES_LOOKED_BACK / filesPerSegment({ runs, files })));
  const from = (newest?.number ?? 0n) - back;
  return from <= (runs[0]?.first ?? 0n) ? 0n : from;
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
 * Answers undefined where what is known no longer helps and the whole archive has to be read.
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
    const vanished = now.timelines.get(part.timeline) === undefined && part.from > 0n;
    if (vanished) return undefined;
    const fresh = [...now.timelines.keys()].filter((timeline) => timeline > part.timeline);
    for (const next of [part, ...fresh.map((timeline) => ({ timeline, from: 0n, to: END }))]) {
      seen = replacePart(seen, now, next);
    }
    seen = replaceHistories(seen, now, part.from === 0n ? [part.timeline] : []);
  }
  return { seen, parts };
};

/** Reads one part again, with one LIST request; what lies beyond its page stays as it was known. */
export const lookAtPart = async (
  list: ListNames,
  known: Observation,
  part: Part,
  reading: Reading,
): Promise<Observation> => {
  const { timeline, from, to } = part;
  const end = `${formatSegmentName({ timeline, number: to }, reading.segmentSize)}~`;
  const page = await list({ after: nameBefore(timeline, from, reading.segmentSize) });
  const now = emptyObservation();
  const more = takePage(now, page, reading, end);
  const last = more ? (now.timelines.get(timeline)?.newest?.number ?? from - 1n) : to;
  return replacePart(known, now, { timeline, from, to: last });
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
