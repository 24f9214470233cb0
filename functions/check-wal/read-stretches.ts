import type { ListNames, Page } from './listing.ts';
import { emptyObservation, type Observation, observeFile, type Reading } from './observation.ts';

/** LIST requests under way at once. S3 answers 5,500 a second for one folder. */
const CONCURRENCY = 12;
const MAX_LOG = 0xffff_ffff;
const PROBES = 16;

/** Names from `start` to `end` of one timeline, between two of its logs (4 GB of WAL each). */
export type Stretch = {
  timeline: string;
  start: string;
  /** Moves up as pages are read. */
  after: string;
  /** Moves down when another worker takes the far half. */
  end: string;
  log: number;
  endLog: number;
  seen: Observation;
};

const hex8 = (value: number): string => value.toString(16).toUpperCase().padStart(8, '0');

/** The second eight digits of a name, 0 where it has none. */
export const logOf = (name: string): number =>
  Number.parseInt(/^[0-9A-F]{8}([0-9A-F]{8})/.exec(name)?.[1] ?? '0', 16);

/** Takes in a page up to `end`. Answers whether there is more to read before `end`. */
export const takePage = (
  seen: Observation,
  page: Page,
  reading: Reading,
  end?: string,
): boolean => {
  for (const file of page.files) {
    if (end !== undefined && file.name > end) return false;
    observeFile(seen, file, reading);
  }
  return page.more && (end === undefined || (page.last ?? '') <= end);
};

/** A log that a timeline does not reach, found by asking at distances that grow fourfold, all at once. */
const findEndLog = async (list: ListNames, timeline: string, from: number): Promise<number> => {
  const tries = Array.from({ length: PROBES }, (_, index) => from + 4 ** index).filter(
    (log) => log < MAX_LOG,
  );
  const pages = await Promise.all(
    tries.map((log) => list({ after: `${timeline}${hex8(log)}G`, maxNames: 1 })),
  );
  const empty = pages.findIndex(({ last }) => last === undefined || !last.startsWith(timeline));
  return tries[empty] ?? MAX_LOG;
};

const span = ({ log, endLog }: Stretch): number => endLog - log;

/** Splits the longest stretch under way in two, so that an idle worker has something to do. */
const takeHalf = (active: ReadonlySet<Stretch>, smallest: number): Stretch | undefined => {
  const [longest] = [...active].sort((a, b) => span(b) - span(a));
  if (longest === undefined || span(longest) < smallest) return undefined;
  const middle = longest.log + Math.ceil(span(longest) / 2);
  // No file has this name, so it belongs to neither half.
  const border = `${longest.timeline}${hex8(middle)}`;
  const seen = emptyObservation();
  const half = { ...longest, start: border, after: border, log: middle, seen };
  longest.end = border;
  longest.endLog = middle;
  return half;
};

const readStretch = async (list: ListNames, stretch: Stretch, reading: Reading): Promise<void> => {
  let more = true;
  while (more) {
    const page = await list({ after: stretch.after });
    // `end` is looked at only now: it may have moved while the request was under way.
    more = takePage(stretch.seen, page, reading, stretch.end);
    stretch.after = page.last ?? stretch.end;
    stretch.log = Math.min(Math.max(stretch.log, logOf(stretch.after)), stretch.endLog);
  }
};

/**
 * Reads stretches to their ends, several requests at a time. A worker without work takes half of the
 * longest stretch that is left, so holes and uneven timelines leave nobody idle. Answers every part
 * that came of it, in no order. The first error ends it; what is still under way is the caller's to
 * abort.
 *
 * @param smallest logs that are worth a request of their own.
 */
export const readStretches = async (
  list: ListNames,
  stretches: readonly Stretch[],
  smallest: number,
  reading: Reading,
): Promise<Stretch[]> => {
  const waiting = [...stretches];
  for (const stretch of waiting) {
    stretch.endLog = await findEndLog(list, stretch.timeline, stretch.log);
  }
  const active = new Set<Stretch>();
  const all: Stretch[] = [];
  const work = async (): Promise<void> => {
    for (;;) {
      const next = waiting.shift() ?? takeHalf(active, smallest);
      if (next === undefined) return;
      active.add(next);
      all.push(next);
      await readStretch(list, next, reading);
      active.delete(next);
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, work));
  return all;
};
