import { describeAwsFailure } from '../../shared/aws-failure/describe-aws-failure.ts';
import { nameInside } from '../../shared/backup-encoding/looks-inside.ts';
import type { StoredBackup } from '../../shared/plan/plan.ts';
import { type ExpectedHeader, judgeHeader } from '../../shared/postgres-wal/judge-header.ts';
import { PAGE_HEADER_BYTES, parsePageHeader } from '../../shared/postgres-wal/page-header.ts';
import { type SecretReader, SecretUnavailableError } from '../../shared/secrets/secret-reader.ts';
import type { ReadHead } from './head-reader.ts';
import type { Cluster } from './header-memory.ts';
import { type OpenedHead, openHead } from './open-head.ts';
import { layersOf } from './segment-layers.ts';

/** What looking into one file came to. */
export type Inspected =
  | { is: 'good'; cluster: Cluster; at: number }
  | { is: 'bad'; finding: string; detail: string; at: number; encoded?: string }
  /** Could not be looked into, and another try now would not help. */
  | { is: 'shut'; reason: string; detail: string }
  /** Could not be looked into this time. */
  | { is: 'later'; reason: string; detail: string }
  | { is: 'gone' };

const KB = 1024;
const MB = 1024 * KB;
/**
 * What is asked for until a header comes out. Raw: itself. gzip and xz flow; zstd and brotli hold blocks
 * of 128 kB, bzip2 of 900 kB, lz4 of up to 4 MB, which come out whole or not at all.
 */
const STEPS: Readonly<Record<string, readonly number[]>> = {
  gzip: [1 * KB, 64 * KB, 64 * MB],
  xz: [16 * KB, 1 * MB, 64 * MB],
  zstd: [64 * KB, 256 * KB, 64 * MB],
  brotli: [64 * KB, 1 * MB, 64 * MB],
  lz4: [64 * KB, 2 * MB, 64 * MB],
  bzip2: [256 * KB, 1 * MB, 64 * MB],
};
const OTHER_STEPS = [4 * KB, 1 * MB, 64 * MB];

/** Sizes of the ranges that are asked for one after another, by the innermost compression. */
export const stepsFor = (
  policy: Pick<StoredBackup, 'encoding'>,
  suffix: string,
): readonly number[] => {
  const layers = layersOf(policy, suffix);
  if (layers === 'brotli') return STEPS.brotli ?? OTHER_STEPS;
  if (layers === 'unsupported') return [];
  if (layers.length === 0) return [PAGE_HEADER_BYTES];
  const [inner] = layers;
  return STEPS[inner?.name ?? ''] ?? OTHER_STEPS;
};

const LASTING = new Set(['access-denied']);

const failed = (error: unknown): Inspected => {
  if (error instanceof SecretUnavailableError) {
    return { is: 'later', reason: 'key-unavailable', detail: error.message };
  }
  const { reason, message } = describeAwsFailure(error);
  if (reason === 'not-found') return { is: 'gone' };
  if (message.startsWith('InvalidObjectState')) {
    return { is: 'shut', reason: 'archived', detail: 'it is in an archived storage class' };
  }
  return { is: LASTING.has(reason) ? 'shut' : 'later', reason, detail: message };
};

/** What it takes to open a segment's file. */
export type Opening = {
  policy: Pick<StoredBackup, 'encoding'>;
  read: ReadHead;
  readSecret: SecretReader;
};

type Start = { opened: Exclude<OpenedHead, { is: 'more-needed' }>; at: number; step: number };

/**
 * The first bytes of a segment, without the layers around them, asking for more until a header comes out.
 * Errors of S3 and of the key pass through.
 *
 * @param firstStep the range to begin with, an index into {@link stepsFor}: what sufficed for the file before.
 * @returns also the range that sufficed.
 */
export const openStart = async (
  { policy, read, readSecret }: Opening,
  name: string,
  suffix: string,
  firstStep = 0,
): Promise<Start | undefined> => {
  const layers = layersOf(policy, suffix);
  const saidBy = (policy.encoding ?? []).length > 0 ? 'plan' : 'name';
  const steps = stepsFor(policy, suffix);
  for (let step = Math.min(firstStep, steps.length - 1); step < steps.length; step += 1) {
    const wanted = steps[step] ?? PAGE_HEADER_BYTES;
    const { bytes, lastModified } = await read(name, wanted);
    const whole = bytes.length < wanted || layers.length === 0;
    const opened = await openHead({ head: bytes, whole, layers, saidBy, readSecret });
    if (opened.is !== 'more-needed') return { opened, at: lastModified.getTime(), step };
  }
  return undefined;
};

const judge = (segment: string, bytes: Buffer, at: number, expected: ExpectedHeader): Inspected => {
  const header = parsePageHeader(bytes);
  const judged = judgeHeader(segment, header, expected);
  switch (judged.verdict) {
    case 'pass': {
      const { systemIdentifier, magic } = judged.header;
      return { is: 'good', cluster: { systemIdentifier, magic }, at };
    }
    case 'unknown':
      return { is: 'shut', reason: judged.reason, detail: judged.detail };
    case 'fail': {
      const { finding, detail } = judged;
      return { is: 'bad', finding, detail, at, encoded: nameInside(bytes) };
    }
  }
};

const NO_HEADER: Inspected = {
  is: 'shut',
  reason: 'unsupported-compression',
  detail: 'its compression does not yield a header',
};

/**
 * Looks at the header of one segment's file. Never rejects: what S3, the key or the bytes answer is what
 * it came to.
 */
export const inspectSegment = async (
  opening: Opening & { expected: ExpectedHeader },
  segment: string,
  suffix: string,
  firstStep: number,
): Promise<{ inspected: Inspected; step: number }> => {
  try {
    const start = await openStart(opening, segment + suffix, suffix, firstStep);
    if (start === undefined) return { inspected: NO_HEADER, step: firstStep };
    const { opened, at, step } = start;
    switch (opened.is) {
      case 'open':
        return { inspected: judge(segment, opened.bytes, at, opening.expected), step };
      case 'broken':
        return { inspected: { ...opened, is: 'bad', at }, step };
      default:
        return { inspected: { ...opened, is: 'shut' }, step };
    }
  } catch (error) {
    return { inspected: failed(error), step: firstStep };
  }
};
