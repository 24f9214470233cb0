import type { StoredBackup } from '../../shared/plan/plan.ts';
import type { SecretReader } from '../../shared/secrets/secret-reader.ts';
import type { Uncompared } from './compare-rewritten.ts';
import type { DeepMemory } from './deep-memory.ts';
import type { ReadHead } from './head-reader.ts';
import type { HeaderMemory } from './header-memory.ts';
import { type Inspected, inspectSegment, stepsFor } from './inspect-segment.ts';
import { noteInspected } from './note-inspected.ts';
import { archiveOf, type Survey } from './survey.ts';
import { type SegmentFile, unreadFiles } from './unread-files.ts';
import type { DeepLook } from './walk-deeply.ts';

/** GET requests under way at once. S3 answers 5,500 a second for one folder; 128 at 25 ms are 5,120. */
export const SOCKETS = 128;
/** So many where each brings more than a few kilobytes, so that memory stays bounded. */
const LARGE_AT_ONCE = 8;
const SMALL_BYTES = 64 * 1024;
/** Results are taken in after so many files: what they came to is kept small in between. */
const BATCH = 16_384;
/** So many that failed and none that did not: nothing of this archive can be read now. */
const GIVE_UP_AFTER = 16;
/** So many that failed for reasons that pass: the next run has better chances. */
const MOST_FAILURES = 200;

/** What reading the headers of one archive came to in this run. */
export type HeaderLook = {
  memory: HeaderMemory;
  /** Looked into in this run. */
  read: number;
  /** There, readable and not looked into yet. */
  left: number;
  /** Written more than once, and not compared yet. */
  uncompared?: Uncompared;
  /** What the walk through whole segments came to. */
  deep?: { memory: DeepMemory; look: DeepLook };
  /** Why it was stopped before its end, where it was not for want of time. */
  trouble?: { reason: string; detail: string };
};

type Input = {
  policy: StoredBackup;
  survey: Survey;
  memory: HeaderMemory;
  /** Whether this run's listing showed every file. */
  full: boolean;
  read: ReadHead;
  readSecret: SecretReader;
  /** No file is begun after this moment, in the milliseconds of `performance.now`. */
  until: number;
};

type Failures = { count: number; good: number; first?: { reason: string; detail: string } };

const isHopeless = ({ count, good }: Failures): boolean =>
  (good === 0 && count >= GIVE_UP_AFTER) || count >= MOST_FAILURES;

/** A refusal only says something about one file where others were not refused. */
const isUnclear = (inspected: Inspected, { good }: Failures): boolean =>
  inspected.is === 'shut' && inspected.reason === 'access-denied' && good === 0;

const count = (failures: Failures, inspected: Inspected): void => {
  if (inspected.is === 'good' || inspected.is === 'bad') failures.good += 1;
  else if (
    inspected.is === 'later' ||
    (inspected.is === 'shut' && isUnclear(inspected, failures))
  ) {
    failures.count += 1;
    failures.first ??= { reason: inspected.reason, detail: inspected.detail };
  }
};

const limitLarge = (read: ReadHead): ReadHead => {
  const waiting: (() => void)[] = [];
  let free = LARGE_AT_ONCE;
  return async (name, bytes) => {
    if (bytes <= SMALL_BYTES) return read(name, bytes);
    if (free === 0) await new Promise<void>((resolve) => waiting.push(resolve));
    else free -= 1;
    try {
      return await read(name, bytes);
    } finally {
      const next = waiting.shift();
      if (next === undefined) free += 1;
      else next();
    }
  };
};

/**
 * Reads the header of every segment that has not been read before, many at once, until time is up. May be
 * stopped anywhere: what was read is in the memory that it answers, and the next run goes on from there.
 * Never rejects.
 */
export const readHeaders = async (input: Input): Promise<HeaderLook> => {
  const { policy, survey, full, readSecret, until } = input;
  const { findings, shut } = input.memory;
  const memory: HeaderMemory = { ...input.memory, findings: [...findings], shut: [...shut] };
  const segmentSize = survey.sizeKnown ? survey.segmentSize : undefined;
  const expected = { histories: archiveOf(survey).histories, segmentSize };
  const inspection = { policy, read: limitLarge(input.read), readSecret, expected };
  const unread = unreadFiles(survey, memory, (suffix) => stepsFor(policy, suffix).length > 0);
  const files = unread.files();
  const enough = new Map<string, number>();
  const failures: Failures = { count: 0, good: 0 };
  let done: { file: SegmentFile; inspected: Inspected; order: number }[] = [];
  let [begun, read] = [0, 0];

  const takeIn = (): void => {
    const settled = done.filter(({ inspected }) => !isUnclear(inspected, failures));
    read += settled.filter(({ inspected }) => inspected.is !== 'later').length;
    noteInspected(
      memory,
      settled.toSorted((a, b) => a.order - b.order),
      full,
    );
    done = [];
  };
  const work = async (): Promise<void> => {
    while (performance.now() < until && !isHopeless(failures)) {
      const { value: file } = files.next();
      if (file === undefined) return;
      const order = begun++;
      const { segment, suffix } = file;
      const first = enough.get(suffix) ?? 0;
      const { inspected, step } = await inspectSegment(inspection, segment, suffix, first);
      if (inspected.is === 'good') enough.set(suffix, step);
      count(failures, inspected);
      done.push({ file, inspected, order });
      if (done.length >= BATCH) takeIn();
    }
  };
  await Promise.all(Array.from({ length: Math.min(SOCKETS, unread.count) }, work));
  takeIn();
  const left = unread.count - read;
  return { memory, read, left, trouble: left > 0 ? failures.first : undefined };
};
