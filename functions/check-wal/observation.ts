import { classifyArchiveName } from '../../shared/postgres-wal/archive-name.ts';
import type { ForeignTool } from '../../shared/postgres-wal/foreign-naming.ts';
import {
  isSegmentSize,
  parseSegmentName,
  type Segment,
  segmentsPerLog,
} from '../../shared/postgres-wal/segment-name.ts';
import { appendSegment, type Run } from '../../shared/postgres-wal/segment-runs.ts';
import type { ListedFile } from './listing.ts';

/** The highest segment of a timeline, as it stands in the archive. */
export type Newest = { number: bigint; name: string; at: number };

/** The files of a timeline whose names end alike: `''` for raw ones, `.gz`. */
export type FormSeen = {
  runs: Run[];
  /** In a storage class whose bytes cannot be read. */
  archived: Run[];
  /** With older versions of the name that hold other bytes. */
  rewritten: Run[];
  /** Written again since their headers were read. Of this look at the archive alone. */
  changed: Run[];
};

export type TimelineSeen = {
  /** Marked with when they were archived, in milliseconds since 1970. */
  runs: Run[];
  /** Segments with nothing in them. */
  empty: Run[];
  /** Raw segments that are not exactly as long as the rest, marked with their bytes. */
  odd: Run[];
  newest?: Newest;
  /** By the end of their names: which objects there are to look into. */
  forms: Map<string, FormSeen>;
  /** Files of this timeline: with a raw and a compressed copy there are two for each segment. */
  files: number;
};

export type Label = Segment & {
  name: string;
  /** When it was archived, in milliseconds since 1970. */
  at: number;
};
export type HistorySeen = { timeline: number; name: string; etag: string };

/** What one part of a listing showed, in memory that follows its holes and not its length. */
export type Observation = {
  timelines: Map<number, TimelineSeen>;
  labels: Label[];
  histories: HistorySeen[];
  /** Raw segments by size, as far as PostgreSQL can be initialised with it. */
  rawSizes: Map<number, number>;
  /** Names from the last one of a log on, as numbers: where they go on, the assumed size is too large. */
  beyond: Run[];
  /** The first segment whose name none of the assumed size has. */
  misnamed?: string;
  files: number;
  partials: number;
  others: number;
  otherExample?: string;
  foreign?: { tool: ForeignTool; example: string };
};

/** How the names and sizes of one archive are to be read. */
export type Reading = {
  segmentSize: number;
  /** Files whose name does not match are somebody else's. */
  isOurs: (name: string) => boolean;
  /** False where the plan says that the bytes are encoded although the names do not. */
  rawNamesAreRaw: boolean;
  /** Whether a segment was written again after its header was read, `at` being when it was last modified. */
  isOverwritten?: (file: Segment & { suffix: string; at: number }) => boolean;
};

export const emptyObservation = (): Observation => ({
  timelines: new Map(),
  labels: [],
  histories: [],
  rawSizes: new Map(),
  beyond: [],
  files: 0,
  partials: 0,
  others: 0,
});

const timelineSeen = (seen: Observation, timeline: number): TimelineSeen => {
  const known = seen.timelines.get(timeline);
  if (known !== undefined) return known;
  const fresh = { runs: [], empty: [], odd: [], forms: new Map(), files: 0 };
  seen.timelines.set(timeline, fresh);
  return fresh;
};

export const emptyForm = (): FormSeen => ({
  runs: [],
  archived: [],
  rewritten: [],
  changed: [],
});

const addForm = (
  { forms }: TimelineSeen,
  parsed: Segment,
  suffix: string,
  { file, reading }: { file: ListedFile; reading: Reading },
): void => {
  const form = forms.get(suffix) ?? emptyForm();
  forms.set(suffix, form);
  appendSegment(form.runs, parsed.number, 0);
  if (file.archived) appendSegment(form.archived, parsed.number, 0);
  if (file.rewritten) appendSegment(form.rewritten, parsed.number, 0);
  const at = file.lastModified.getTime();
  if (reading.isOverwritten?.({ ...parsed, suffix, at })) {
    appendSegment(form.changed, parsed.number, 0);
  }
};

const addOther = (seen: Observation, name: string): void => {
  seen.others += 1;
  seen.otherExample ??= name;
};

const addSegment = (
  seen: Observation,
  file: ListedFile,
  segment: { name: string; isRaw: boolean },
  reading: Reading,
): void => {
  const part = BigInt(`0x${segment.name.slice(16)}`);
  if (part >= segmentsPerLog(reading.segmentSize) - 1n) {
    appendSegment(seen.beyond, BigInt(`0x${segment.name}`), 0);
  }
  const raw = segment.isRaw && reading.rawNamesAreRaw;
  if (raw && isSegmentSize(file.size)) {
    seen.rawSizes.set(file.size, (seen.rawSizes.get(file.size) ?? 0) + 1);
  }
  const parsed = parseSegmentName(segment.name, reading.segmentSize);
  if (parsed === undefined) {
    addOther(seen, file.name);
    seen.misnamed ??= file.name;
    return;
  }
  const timeline = timelineSeen(seen, parsed.timeline);
  const at = file.lastModified.getTime();
  timeline.files += 1;
  appendSegment(timeline.runs, parsed.number, at);
  if (file.size === 0) appendSegment(timeline.empty, parsed.number, 0);
  else if (raw && file.size !== reading.segmentSize) {
    appendSegment(timeline.odd, parsed.number, file.size);
  }
  timeline.newest = { number: parsed.number, name: file.name, at };
  addForm(timeline, parsed, file.name.slice(segment.name.length), { file, reading });
};

/** Takes in one file; files come in the order of their names. Changes `seen`. */
export const observeFile = (seen: Observation, file: ListedFile, reading: Reading): void => {
  seen.files += 1;
  if (!reading.isOurs(file.name)) {
    addOther(seen, file.name);
    return;
  }
  const what = classifyArchiveName(file.name);
  switch (what.kind) {
    case 'segment':
      addSegment(
        seen,
        file,
        { name: what.segment, isRaw: what.compression === undefined },
        reading,
      );
      return;
    case 'partial':
      seen.partials += 1;
      return;
    case 'history':
      seen.histories.push({ timeline: what.timeline, name: file.name, etag: file.etag });
      return;
    case 'backup-label': {
      const start = parseSegmentName(what.segment, reading.segmentSize);
      if (start === undefined) addOther(seen, file.name);
      else seen.labels.push({ ...start, name: file.name, at: file.lastModified.getTime() });
      return;
    }
    case 'foreign':
      seen.foreign ??= { tool: what.tool, example: file.name };
      addOther(seen, file.name);
      return;
    case 'other':
      addOther(seen, file.name);
      return;
  }
};
