import type { StoredBackup } from '../../shared/plan/plan.ts';
import { liveRoutes } from '../../shared/postgres-wal/live-timelines.ts';
import { type Archive, describedLegs } from '../../shared/postgres-wal/recovery-route.ts';
import { formatSegmentName } from '../../shared/postgres-wal/segment-name.ts';
import { clipRuns } from '../../shared/postgres-wal/segment-runs.ts';
import { formKey, type HeaderMemory } from './header-memory.ts';
import { isMarked } from './read-blocks.ts';
import { layersOf } from './segment-layers.ts';
import { archiveOf, type Survey } from './survey.ts';
import type { SegmentFile } from './unread-files.ts';

export type Known = {
  policy: Pick<StoredBackup, 'encoding'>;
  survey: Survey;
  headers: HeaderMemory;
};

export const timelineOf = ({ segment }: Pick<SegmentFile, 'segment'>): number =>
  Number.parseInt(segment.slice(0, 8), 16);

/** Its header was read and is right. */
export const hasGoodHeader = (
  { forms }: HeaderMemory,
  { key, number }: Pick<SegmentFile, 'key' | 'number'>,
): boolean => isMarked(forms.get(key), number, 'read') && !isMarked(forms.get(key), number, 'bad');

/** A file that holds a segment and that can be walked, where there is one. */
export const walkableFile = (
  { policy, survey, headers }: Known,
  timeline: number,
  number: bigint,
): SegmentFile | undefined => {
  for (const [suffix, { archived }] of survey.seen.timelines.get(timeline)?.forms ?? []) {
    const key = formKey(timeline, suffix);
    const isShut = clipRuns(archived, { from: number, to: number }).length > 0;
    const isRead = typeof layersOf(policy, suffix) !== 'string';
    if (isShut || !isRead || !hasGoodHeader(headers, { key, number })) continue;
    const segment = formatSegmentName({ timeline, number }, survey.segmentSize);
    return { key, suffix, segment, number };
  }
  return undefined;
};

const isForeign = ({ foreign }: HeaderMemory, { key, number }: SegmentFile): boolean =>
  foreign.some(({ forms }) => isMarked(forms.get(key), number, 'read'));

/**
 * The segment that a recovery reads before this one, an ancestor's where this is its timeline's first.
 * Undefined where it is not there, or of another cluster, or where it is not known which it is.
 */
export const fileBefore = (known: Known, file: SegmentFile): SegmentFile | undefined => {
  const { survey, headers } = known;
  const number = file.number - 1n;
  const timeline = timelineOf(file);
  const history = archiveOf(survey).histories.get(timeline);
  const switches = history === undefined || typeof history === 'string' ? [] : history.switches;
  const leg = describedLegs(switches, timeline, survey.segmentSize).find(
    ({ from, to }) => from <= number && number <= to,
  );
  const before = leg && walkableFile(known, leg.timeline, number);
  return before === undefined || isForeign(headers, before) !== isForeign(headers, file)
    ? undefined
    : before;
};

/**
 * Whether a segment may end before its last byte: the newest of its timeline, unless a recovery goes on
 * behind it, on the timeline that left it.
 */
export const mayEndEarly = ({
  survey,
}: Pick<Known, 'survey'>): ((file: Pick<SegmentFile, 'segment' | 'number'>) => boolean) => {
  const archive: Archive = archiveOf(survey);
  const routes = liveRoutes(archive);
  return (file) => {
    const timeline = timelineOf(file);
    if (archive.timelines.get(timeline)?.at(-1)?.last !== file.number) return false;
    return !routes.some(
      (route) =>
        (route.at(-1)?.to ?? 0n) > file.number &&
        route.some((leg) => leg.timeline === timeline && leg.to >= file.number),
    );
  };
};
