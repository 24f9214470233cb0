import { matchesName } from '../../shared/plan/match-name.ts';
import type { StoredBackup } from '../../shared/plan/plan.ts';
import { findGaps } from '../../shared/postgres-wal/find-gaps.ts';
import { inferSegmentSize } from '../../shared/postgres-wal/infer-segment-size.ts';
import { DEFAULT_SEGMENT_SIZE, segmentsPerLog } from '../../shared/postgres-wal/segment-name.ts';
import { clipRuns } from '../../shared/postgres-wal/segment-runs.ts';
import type { ArchiveClient } from './archive-client.ts';
import { readHistories } from './history-reader.ts';
import type { ListNames } from './listing.ts';
import { lookAtPart, lookForHistory, lookForNews, type Part } from './look-again.ts';
import type { Observation, Reading } from './observation.ts';
import { scanArchive } from './scan-archive.ts';
import { archiveOf, type Survey } from './survey.ts';

/** Gaps, broken segments and missing histories that are looked at again in one run. */
const SUSPECTS_A_RUN = 10;
/** An archive of this many files fits into one page: reading it all costs what a look for news does. */
const ONE_PAGE = 700;

const readingOf = (policy: StoredBackup, segmentSize: number): Reading => ({
  segmentSize,
  isOurs: (name) => policy.match === undefined || matchesName(policy.match, name),
  rawNamesAreRaw: (policy.encoding ?? []).length === 0,
});

/** A guess that nothing contradicts stays; the names of another size look different. */
const sizeShownBy = (seen: Observation, assumed: number, stated: number | undefined): number => {
  const runs =
    assumed === DEFAULT_SEGMENT_SIZE ? [...seen.timelines.values()].map((one) => one.runs) : [];
  const inferred = inferSegmentSize({ ...seen, runs }, stated);
  const fits = seen.highestPart < segmentsPerLog(assumed);
  return inferred.source === 'default' && fits ? assumed : inferred.bytes;
};

const scanFully = async (
  list: ListNames,
  policy: StoredBackup,
  guess?: number,
): Promise<Omit<Survey, 'histories'>> => {
  const stated = policy.segmentSizeBytes;
  const assumed = stated ?? guess ?? DEFAULT_SEGMENT_SIZE;
  const seen = await scanArchive(list, readingOf(policy, assumed));
  const segmentSize = sizeShownBy(seen, assumed, stated);
  if (segmentSize === assumed) return { segmentSize, seen };
  return { segmentSize, seen: await scanArchive(list, readingOf(policy, segmentSize)) };
};

type Suspect = { part: Part } | { history: number };

/** What may have been mended since: each costs a LIST request, so they take turns. */
const suspectsOf = (known: Survey, looked: readonly Part[], turn: number): Suspect[] => {
  const { gaps, missingHistories } = findGaps(archiveOf(known));
  const seenFrom = new Map(looked.map(({ timeline, from }) => [timeline, from]));
  const unseen = ({ timeline, from, to }: Part): Part[] => {
    const border = seenFrom.get(timeline) ?? 0n;
    const runs = clipRuns([{ first: from, last: to, mark: 0 }], { from: 0n, to: border - 1n });
    return runs.map(({ first, last }) => ({ timeline, from: first, to: last }));
  };
  const broken = [...known.seen.timelines].flatMap(([timeline, { bad }]) =>
    bad.map(({ first, last }) => ({ timeline, from: first, to: last })),
  );
  const parts = [...gaps.map(({ timeline, range }) => ({ timeline, ...range })), ...broken];
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
  known: Survey,
  turn: number,
): Promise<Omit<Survey, 'histories'> | undefined> => {
  const { segmentSize } = known;
  const reading = readingOf(policy, segmentSize);
  const news = await lookForNews(list, known.seen, reading);
  if (news === undefined) return undefined;
  let { seen } = news;
  for (const suspect of suspectsOf({ ...known, seen }, news.parts, turn)) {
    seen =
      'part' in suspect
        ? await lookAtPart(list, seen, suspect.part, reading)
        : await lookForHistory(list, seen, suspect.history, reading);
  }
  return { segmentSize, seen };
};

export type Memory = { known: Survey; turn: number };

/**
 * Looks at an archive: only at what is new and at what was wrong where its memory serves, at all of it
 * otherwise. `full` says which. Errors of S3 pass through.
 */
export const surveyArchive = async (
  client: ArchiveClient,
  policy: StoredBackup,
  memory: Memory | undefined,
): Promise<{ survey: Survey; full: boolean }> => {
  const known = memory?.known;
  const small = known !== undefined && known.seen.files <= ONE_PAGE;
  const again =
    memory === undefined || small || memory.known.seen.timelines.size === 0
      ? undefined
      : await lookAgain(client.list, policy, memory.known, memory.turn);
  const looked = again ?? (await scanFully(client.list, policy, known?.segmentSize));
  const histories = await readHistories(client, looked.seen.histories, known?.histories ?? []);
  return { survey: { ...looked, histories }, full: again === undefined };
};
