import { matchesName } from '../../shared/plan/match-name.ts';
import type { StoredBackup } from '../../shared/plan/plan.ts';
import { findGaps } from '../../shared/postgres-wal/find-gaps.ts';
import { inferSegmentSize, partBeyond } from '../../shared/postgres-wal/infer-segment-size.ts';
import { DEFAULT_SEGMENT_SIZE } from '../../shared/postgres-wal/segment-name.ts';
import { clipRuns } from '../../shared/postgres-wal/segment-runs.ts';
import type { ArchiveClient } from './archive-client.ts';
import type { DeepMemory } from './deep-memory.ts';
import { formKey, type HeaderMemory } from './header-memory.ts';
import { readHistories } from './history-reader.ts';
import type { Opening } from './inspect-segment.ts';
import type { Part } from './known-part.ts';
import { readLabels } from './label-reader.ts';
import type { ListNames } from './listing.ts';
import { lookAtPart, lookForHistory, lookForNews } from './look-again.ts';
import type { Observation, Reading } from './observation.ts';
import { isOverwritten, runsOf } from './read-blocks.ts';
import { scanArchive } from './scan-archive.ts';
import { readSegmentSize } from './size-reader.ts';
import { archiveOf, newestOf, type Survey } from './survey.ts';

/** Gaps, broken segments and missing histories that are looked at again in one run. */
const SUSPECTS_A_RUN = 10;
/** An archive of this many files fits into one page: reading it all costs what a look for news does. */
const ONE_PAGE = 700;

/** What headers were read before is only told by numbers of the same segment size. */
const readingOf = (policy: StoredBackup, segmentSize: number, memory?: Memory): Reading => ({
  segmentSize,
  isOverwritten:
    memory?.known.segmentSize !== segmentSize
      ? undefined
      : ({ timeline, suffix, number, at }) =>
          isOverwritten(memory.headers?.forms.get(formKey(timeline, suffix)), number, at),
  isOurs: (name) => policy.match === undefined || matchesName(policy.match, name),
  rawNamesAreRaw: (policy.encoding ?? []).length === 0,
});

type Size = Pick<Survey, 'segmentSize' | 'sizeKnown'>;
type Look = Omit<Survey, 'histories' | 'labels'>;

/** What was known stays while nothing contradicts it; the names of another size look different. */
const sizeShownBy = (seen: Observation, assumed: Size, stated: number | undefined): Size => {
  const { segmentSize } = assumed;
  const asIf16MB = segmentSize === DEFAULT_SEGMENT_SIZE;
  const runs = asIf16MB ? [...seen.timelines.values()].map((one) => one.runs) : [];
  const clues = { ...seen, runs, nothingFits: seen.timelines.size === 0 };
  const { bytes, source } = inferSegmentSize(clues, stated);
  const fits = partBeyond(clues) === undefined;
  // What a segment itself says outweighs what the names alone suggest.
  if (fits && (source === 'default' || (source === 'names' && assumed.sizeKnown))) return assumed;
  return { segmentSize: bytes, sizeKnown: source === 'plan' || source === 'objects' };
};

/** What the newest segment says itself, where neither raw segments nor the plan do. */
const sizeWithin = async (opening: Opening, seen: Observation, size: Size): Promise<Size> => {
  const newest = newestOf(seen);
  if (size.sizeKnown || newest === undefined) return size;
  const segmentSize = await readSegmentSize(opening, newest.name);
  return segmentSize === undefined ? size : { segmentSize, sizeKnown: true };
};

const scanFully = async (
  { client, policy, readSecret }: Means,
  memory: Memory | undefined,
): Promise<Look> => {
  const known = memory?.readAll ? undefined : memory?.known;
  const stated = policy.segmentSizeBytes;
  const segmentSize = stated ?? known?.segmentSize ?? DEFAULT_SEGMENT_SIZE;
  const assumed = { segmentSize, sizeKnown: known?.sizeKnown ?? false };
  const seen = await scanArchive(client.list, readingOf(policy, segmentSize, memory));
  const opening = { policy, read: client.readHead, readSecret };
  const size = await sizeWithin(opening, seen, sizeShownBy(seen, assumed, stated));
  if (size.segmentSize === segmentSize) return { ...size, seen };
  return { ...size, seen: await scanArchive(client.list, readingOf(policy, size.segmentSize)) };
};

/** What is remembered of the archive, of its segments' headers too. */
export type Memory = {
  known: Survey;
  turn: number;
  headers?: HeaderMemory;
  deep?: DeepMemory;
  /** Every name is to be listed, as if nothing was known of them. */
  readAll?: boolean;
};

export type Means = {
  client: ArchiveClient;
  policy: StoredBackup;
  readSecret: Opening['readSecret'];
};

type Suspect = { part: Part } | { history: number };

/** What may have been mended since: each costs a LIST request, so they take turns. */
const suspectsOf = (
  known: Survey,
  looked: readonly Part[],
  { turn, headers }: Memory,
): Suspect[] => {
  const { gaps, missingHistories } = findGaps(archiveOf(known));
  const seenFrom = new Map(looked.map(({ timeline, from }) => [timeline, from]));
  const unseen = ({ timeline, from, to }: Part): Part[] => {
    const border = seenFrom.get(timeline) ?? 0n;
    const runs = clipRuns([{ first: from, last: to, mark: 0 }], { from: 0n, to: border - 1n });
    return runs.map(({ first, last }) => ({ timeline, from: first, to: last }));
  };
  const broken = [...known.seen.timelines].flatMap(([timeline, { empty, odd }]) =>
    [...empty, ...odd].map(({ first, last }) => ({ timeline, from: first, to: last })),
  );
  const wrong = [...(headers?.forms ?? [])].flatMap(([key, blocks]) =>
    runsOf(blocks, 'bad').map(({ first, last }) => ({
      timeline: Number.parseInt(key, 10),
      from: first,
      to: last,
    })),
  );
  const missing = gaps.map(({ timeline, range }) => ({ timeline, ...range }));
  const parts = [...missing, ...broken, ...wrong];
  const all: Suspect[] = [
    ...missingHistories
      .filter((id) => (seenFrom.get(id) ?? 0n) > 0n)
      .map((history) => ({ history })),
    ...parts.flatMap(unseen).map((part) => ({ part })),
  ];
  const start = all.length === 0 ? 0 : (turn * SUSPECTS_A_RUN) % all.length;
  return [...all.slice(start), ...all.slice(0, start)].slice(0, SUSPECTS_A_RUN);
};

const lookAgain = async (
  list: ListNames,
  policy: StoredBackup,
  memory: Memory,
): Promise<Look | undefined> => {
  const { known } = memory;
  const { segmentSize, sizeKnown } = known;
  const reading = readingOf(policy, segmentSize, memory);
  const news = await lookForNews(list, known.seen, reading);
  let seen = news?.seen;
  if (news === undefined || seen === undefined) return undefined;
  for (const suspect of suspectsOf({ ...known, seen }, news.parts, memory)) {
    seen =
      'part' in suspect
        ? await lookAtPart(list, seen, suspect.part, reading)
        : await lookForHistory(list, seen, suspect.history, reading);
    if (seen === undefined) return undefined;
  }
  return { segmentSize, sizeKnown, seen };
};

/**
 * Looks at an archive: only at what is new and at what was wrong where its memory serves, at all of it
 * otherwise. `full` says which. Errors of S3 pass through.
 */
export const surveyArchive = async (
  means: Means,
  memory: Memory | undefined,
): Promise<{ survey: Survey; full: boolean }> => {
  const { client, policy } = means;
  const known = memory?.readAll ? undefined : memory?.known;
  const small = known !== undefined && known.seen.files <= ONE_PAGE;
  const again =
    memory === undefined || known === undefined || small || known.seen.timelines.size === 0
      ? undefined
      : await lookAgain(client.list, policy, memory);
  const looked = again ?? (await scanFully(means, memory));
  const histories = await readHistories(client, looked.seen.histories, known?.histories ?? []);
  const labels = await readLabels(
    client,
    looked.seen.labels,
    memory?.known.segmentSize === looked.segmentSize ? memory.known.labels : [],
    looked.segmentSize,
  );
  return { survey: { ...looked, histories, labels }, full: again === undefined };
};
