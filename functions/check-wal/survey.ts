import type { TimelineSwitch } from '../../shared/postgres-wal/history-file.ts';
import type { Archive, History } from '../../shared/postgres-wal/recovery-route.ts';
import type { LabelRead } from './label-reader.ts';
import type { HistorySeen, Newest, Observation } from './observation.ts';

/** A `.history` that was read, or why it could not be. */
export type HistoryRead = HistorySeen &
  ({ switches: readonly TimelineSwitch[] } | { trouble: { reason: string; message: string } });

/** Everything that is known of one archive after looking. */
export type Survey = {
  segmentSize: number;
  /** False where the size is a guess that no raw segment, no segment's header and no word of the plan confirms. */
  sizeKnown: boolean;
  seen: Observation;
  histories: HistoryRead[];
  labels: LabelRead[];
};

/** The part of it that gaps are looked for in. */
export const archiveOf = ({ segmentSize, seen, histories }: Survey): Archive => ({
  segmentSize,
  timelines: new Map([...seen.timelines].map(([timeline, { runs }]) => [timeline, runs])),
  newestAt: new Map(
    [...seen.timelines].map(([timeline, { newest }]) => [timeline, newest?.at ?? 0]),
  ),
  labels: seen.labels,
  histories: new Map<number, History>(
    histories.map((one) => [
      one.timeline,
      'switches' in one ? { switches: one.switches } : 'unreadable',
    ]),
  ),
});

/**
 * The end of the timeline that was written to last. A stray higher timeline, which a test restore leaves
 * behind, says nothing about whether the server archives.
 */
export const newestOf = (seen: Observation): Newest | undefined =>
  [...seen.timelines.values()]
    .flatMap(({ newest }) => newest ?? [])
    .reduce<Newest | undefined>(
      (youngest, one) => (youngest === undefined || one.at >= youngest.at ? one : youngest),
      undefined,
    );
