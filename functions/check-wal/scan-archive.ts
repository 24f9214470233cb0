import { formatTimeline } from '../../shared/postgres-wal/segment-name.ts';
import { joinObservations } from './join-observations.ts';
import type { ListNames, Page } from './listing.ts';
import { emptyObservation, type Observation, type Reading } from './observation.ts';
import { logOf, readStretches, type Stretch, takePage } from './read-stretches.ts';

/** More timelines than that are no timelines but something else that is named with digits. */
const MAX_TIMELINES = 64;
/** Pages read among names that no WAL archive has; what comes after them does not matter. */
const MAX_STRAY_PAGES = 20;
/** Names of WAL begin with a hex digit; everything from here on is something else. */
export const AFTER_WAL_NAMES = 'G';
/** A stretch that fills two pages is worth splitting. */
const PAGES_WORTH_SPLITTING = 2;

const HIGHEST_TIMELINE = 0xffff_ffff;
const timelineOf = (name: string): string | undefined => /^[0-9A-F]{8}/.exec(name)?.[0];

/** A name that no file has and that comes after all of a timeline's: the next one's first digits. */
export const endOfTimeline = (timeline: number): string =>
  timeline === HIGHEST_TIMELINE ? AFTER_WAL_NAMES : formatTimeline(timeline + 1);

type Part = { start: string; seen: Observation };

const readStrays = async (list: ListNames, from: string, reading: Reading): Promise<Part> => {
  const seen = emptyObservation();
  let after = from;
  for (let pages = 0; pages < MAX_STRAY_PAGES; pages += 1) {
    const page = await list({ after });
    const more = takePage(seen, page, reading);
    after = page.last ?? after;
    if (!more || after > AFTER_WAL_NAMES) break;
  }
  return { start: from, seen };
};

/** How many logs a full page of a timeline covers, at least one. */
const logsOnPage = (page: Page, timeline: string): number => {
  const names = page.files.map(({ name }) => name).filter((name) => name.startsWith(timeline));
  const logs = names.filter((name) => /^[0-9A-F]{24}/.test(name)).map(logOf);
  return Math.max(1, (logs.at(-1) ?? 0) - (logs[0] ?? 0));
};

/** What is left of the timeline in whose middle a page ended. */
const restOf = (timeline: string, last: string): Stretch => ({
  timeline,
  start: last,
  after: last,
  end: endOfTimeline(Number.parseInt(timeline, 16)),
  log: logOf(last),
  endLog: logOf(last),
  seen: emptyObservation(),
});

/**
 * Reads a whole archive. Up to 1,000 files take one request. A larger one is first paged through for
 * its timelines, skipping the inside of each long one, and those are then read by several requests at
 * a time. Any error ends the whole scan.
 */
export const scanArchive = async (list: ListNames, reading: Reading): Promise<Observation> => {
  const parts: Part[] = [];
  const rests: Stretch[] = [];
  let logsPerPage = 1;
  let after: string | undefined;
  for (;;) {
    const page = await list({ after });
    const seen = emptyObservation();
    const more = takePage(seen, page, reading);
    parts.push({ start: after ?? '', seen });
    if (!more || page.last === undefined || page.last > AFTER_WAL_NAMES) break;
    const timeline = timelineOf(page.last);
    if (timeline === undefined || rests.length === MAX_TIMELINES) {
      parts.push(await readStrays(list, page.last, reading));
      break;
    }
    const rest = restOf(timeline, page.last);
    rests.push(rest);
    logsPerPage = Math.max(logsPerPage, logsOnPage(page, timeline));
    after = rest.end;
  }
  const smallest = PAGES_WORTH_SPLITTING * logsPerPage;
  parts.push(...(await readStretches(list, rests, smallest, reading)));
  parts.sort((a, b) => (a.start < b.start ? -1 : 1));
  return parts.reduce((all, { seen }) => joinObservations(all, seen), emptyObservation());
};
