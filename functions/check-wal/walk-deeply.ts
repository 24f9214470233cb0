import { describeAwsFailure } from '../../shared/aws-failure/describe-aws-failure.ts';
import { NotJudgedError } from '../../shared/backup-encoding/damage-error.ts';
import type { StoredBackup } from '../../shared/plan/plan.ts';
import type { WalCarry } from '../../shared/postgres-wal/segment-walk.ts';
import type { SecretReader } from '../../shared/secrets/secret-reader.ts';
import type { ArchiveClient } from './archive-client.ts';
import { countDay, type DeepMemory } from './deep-memory.ts';
import type { HeaderMemory } from './header-memory.ts';
import { noteTurn, noteWalk } from './note-walk.ts';
import { type Blocks, onlyBad } from './read-blocks.ts';
import { layersOf } from './segment-layers.ts';
import type { Survey } from './survey.ts';
import { type SegmentFile, unreadFiles } from './unread-files.ts';
import { walkEnds } from './walk-ends.ts';
import { carryOf, walkFile } from './walk-file.ts';
import { fileBefore, hasGoodHeader, mayEndEarly } from './walkable-files.ts';

/** A range of one timeline by the names of its segments, both included. */
export type DeepRange = { first: string; last: string };

type Input = {
  client: Pick<ArchiveClient, 'readWhole'>;
  policy: StoredBackup;
  readSecret: SecretReader;
  survey: Survey;
  headers: HeaderMemory;
  deep: DeepMemory;
  now: Date;
  /** Everything there is, or in a range, was asked for; else a sample is walked. */
  asked?: { range?: DeepRange };
  /** None is begun after this moment, in the milliseconds of `performance.now`. */
  until: number;
};

/** What came of it in this run. */
export type DeepLook = {
  walked: number;
  left: number;
  trouble?: { reason: string; detail: string };
};

/** A sample may take so long and so much of a run; what was asked for may take all of its time. */
const SAMPLE_MS = 20_000;
const SAMPLE_BYTES = 1024 ** 3;
const RUN_SECONDS = 300;
/** A sweep ends this much before its period, so that no segment waits longer than that. */
const SPARE = 0.8;

/** How many of an archive's segments a run has to walk for all to be walked within the plan's time. */
export const samplesARun = (segments: number, rereadSeconds: number): number =>
  Math.max(1, Math.ceil((segments * RUN_SECONDS) / (SPARE * rereadSeconds)));

const isWithin = ({ segment }: SegmentFile, range: DeepRange | undefined): boolean =>
  range === undefined || (range.first <= segment && segment <= range.last);

/** What the walk over the segment before hands over; that is walked first where it was not just now. */
const carryInto = async (
  input: Input,
  file: SegmentFile,
  last: { segment: string; carry?: WalCarry } | undefined,
): Promise<{ carry?: WalCarry; bytes: number }> => {
  const before = fileBefore(input, file);
  if (before === undefined) return { bytes: 0 };
  if (before.segment === last?.segment) return { carry: last.carry, bytes: 0 };
  const verdict = await walkFile(input, before, { mayEndEarly: false });
  const bytes = verdict.verdict === 'pass' ? verdict.walk.bytes : 0;
  return { carry: carryOf(verdict), bytes };
};

function* only(
  files: Iterable<SegmentFile>,
  isWanted: (file: SegmentFile) => boolean,
): Generator<SegmentFile> {
  for (const file of files) if (isWanted(file)) yield file;
}

const troubleOf = (error: unknown): DeepLook['trouble'] => {
  if (error instanceof NotJudgedError) return { reason: error.reason, detail: error.message };
  const { reason, message } = describeAwsFailure(error);
  return { reason, detail: message };
};

/** Which segments are to be walked now; a sweep that is through begins again when it is due or asked for. */
const beginSweep = ({ policy, survey, headers, deep, asked, now }: Input) => {
  const isReadable = (suffix: string): boolean => typeof layersOf(policy, suffix) !== 'string';
  const without = (forms: Map<string, Blocks>) =>
    unreadFiles(survey, { ...headers, forms }, isReadable);
  const isEnd = mayEndEarly({ survey });
  const early = new Set(deep.ends.flatMap(({ name, isEarly }) => (isEarly ? [name] : [])));
  // What is known to end early is looked at again when something follows it.
  const isWalkable = (file: SegmentFile): boolean =>
    hasGoodHeader(headers, file) && !(early.has(file.segment + file.suffix) && isEnd(file));
  const isThrough = (): boolean =>
    only(without(deep.forms).files(), isWalkable).next().done ?? false;
  const age = now.getTime() - deep.sweptSince;
  const isDue = asked !== undefined || age >= SPARE * policy.rereadSeconds * 1_000;
  if (asked?.range === undefined && isDue && isThrough()) {
    deep.forms = new Map([...deep.forms].map(([key, blocks]) => [key, onlyBad(blocks)]));
    deep.sweptSince = now.getTime();
  }
  const range = asked?.range;
  const all = without(new Map());
  const files =
    range === undefined
      ? only(without(deep.forms).files(), isWalkable)
      : only(all.files(), (file) => isWithin(file, range) && hasGoodHeader(headers, file));
  return { files, segments: all.count, isEnd };
};

/**
 * Walks whole segments, record by record: those at which recoveries end, and a sample that goes round the
 * archive within the plan's `reread`, or what was asked for. Of each the record that began in the segment
 * before is checked too. Only segments with a right header are walked. May be stopped anywhere; the next
 * run goes on. Changes `deep` and the findings of `headers`. Never rejects.
 */
export const walkDeeply = async (input: Input): Promise<DeepLook> => {
  const { policy, headers, deep, asked, now } = input;
  const until =
    asked === undefined ? Math.min(input.until, performance.now() + SAMPLE_MS) : input.until;
  let [walked, left, bytes] = [0, 0, 0];
  let last: { segment: string; carry?: WalCarry } | undefined;
  let trouble: DeepLook['trouble'];
  try {
    await walkEnds(input, deep, until);
  } catch (error) {
    trouble = troubleOf(error);
  }
  const { files, segments, isEnd } = beginSweep(input);
  const most = asked === undefined ? samplesARun(segments, policy.rereadSeconds) : segments;
  const mostBytes = asked === undefined ? SAMPLE_BYTES : Number.POSITIVE_INFINITY;
  for (const file of files) {
    const isOver = walked >= most || bytes >= mostBytes || performance.now() >= until;
    if (isOver || trouble !== undefined) {
      left += 1;
      continue;
    }
    try {
      const before = await carryInto(input, file, last);
      const mayEnd = { carry: before.carry, mayEndEarly: isEnd(file) };
      const verdict = await walkFile(input, file, mayEnd);
      walked += 1;
      last = { segment: file.segment, carry: carryOf(verdict) };
      if (verdict.verdict !== 'unknown' || verdict.reason !== 'ends-early') noteTurn(deep, file);
      bytes += before.bytes + noteWalk({ headers, deep }, file, verdict, false);
    } catch (error) {
      trouble = troubleOf(error);
      left += 1;
    }
  }
  deep.days = countDay(deep.days, walked, now);
  return { walked, left, trouble };
};
