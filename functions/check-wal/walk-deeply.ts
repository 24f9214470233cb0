import type { StoredBackup } from '../../shared/plan/plan.ts';
import type { WalCarry } from '../../shared/postgres-wal/segment-walk.ts';
import type { SecretReader } from '../../shared/secrets/secret-reader.ts';
import type { ArchiveClient } from './archive-client.ts';
import { type Attempts, attemptWalk, noAttempts, troubleOf } from './attempt-walk.ts';
import { countDay, type DeepMemory } from './deep-memory.ts';
import type { HeaderMemory } from './header-memory.ts';
import { noteTurn, noteUnreadable, noteWalk } from './note-walk.ts';
import { type DeepRange, planWalk, SPARE } from './plan-walk.ts';
import { countMarked, isMarked } from './read-blocks.ts';
import type { Survey } from './survey.ts';
import type { SegmentFile } from './unread-files.ts';
import { walkEnds } from './walk-ends.ts';
import { carryOf, walkFile } from './walk-file.ts';
import { fileBefore } from './walkable-files.ts';

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

/** How many of an archive's segments a run has to walk for all to be walked within the plan's time. */
export const samplesARun = (segments: number, rereadSeconds: number): number =>
  Math.max(1, Math.ceil((segments * RUN_SECONDS) / (SPARE * rereadSeconds)));

/** What the walk over the segment before hands over; that is walked first where it was not just now. */
const carryInto = async (
  input: Input,
  file: SegmentFile,
  last: Walked | undefined,
): Promise<{ carry?: WalCarry; bytes: number; isLost: boolean }> => {
  const before = fileBefore(input, file);
  if (before === undefined) return { bytes: 0, isLost: false };
  if (before.segment === last?.segment) return { carry: last.carry, bytes: 0, isLost: false };
  const isShut = isMarked(input.deep.forms.get(before.key), before.number, 'shut');
  if (isShut) return { bytes: 0, isLost: true };
  try {
    const verdict = await walkFile(input, before, { mayEndEarly: false });
    const bytes = verdict.verdict === 'pass' ? verdict.walk.bytes : 0;
    return { carry: carryOf(verdict), bytes, isLost: false };
  } catch (error) {
    // The file itself can be walked without it; in its own turn it is named.
    if (troubleOf(error).isOfFile) return { bytes: 0, isLost: true };
    throw error;
  }
};

type Walked = { segment: string; carry?: WalCarry };
type Tour = { attempts: Attempts; walked: number; left: number; last?: Walked };
type Limits = { most: number; mostBytes: number; until: number };

const walkOne = async (
  input: Input,
  tour: Tour,
  file: SegmentFile,
  mayEndEarly: boolean,
): Promise<number> => {
  const { headers, deep } = input;
  const { carry, bytes, isLost } = await carryInto(input, file, tour.last);
  const verdict = await walkFile(input, file, { carry, mayEndEarly });
  tour.last = { segment: file.segment, carry: carryOf(verdict) };
  const wasBad = isMarked(deep.forms.get(file.key), file.number, 'bad');
  const isUnjudged = verdict.verdict === 'unknown' && verdict.reason === 'unknown-version';
  // What was wrong may have been where it meets the one before.
  const isUnsure = isUnjudged || (isLost && verdict.verdict !== 'fail');
  if (wasBad && isUnsure) noteUnreadable(deep, file);
  else noteTurn(deep, file, verdict);
  return bytes + noteWalk({ headers, deep }, file, verdict, false);
};

/** Walks what it is given until a limit is met, and counts the rest. */
const walkFiles = async (
  input: Input,
  tour: Tour,
  { files, isEnd }: { files: Iterable<SegmentFile>; isEnd: (file: SegmentFile) => boolean },
  { most, mostBytes, until }: Limits,
): Promise<number> => {
  const { attempts } = tour;
  let [walked, bytes] = [0, 0];
  for (const file of files) {
    const isOver = walked >= most || bytes >= mostBytes || performance.now() >= until;
    if (isOver || attempts.isOver) {
      tour.left += 1;
      continue;
    }
    const { failed } = attempts;
    const read = await attemptWalk(attempts, input.deep, file, () =>
      walkOne(input, tour, file, isEnd(file)),
    );
    if (attempts.failed > failed) tour.last = undefined;
    bytes += read ?? 0;
    walked += read === undefined ? 0 : 1;
  }
  tour.walked += walked;
  return walked;
};

const countShut = ({ forms }: DeepMemory): number =>
  [...forms.values()].reduce((sum, blocks) => sum + countMarked(blocks, 'shut'), 0);

/** What keeps from reading now, else what kept from reading before and was not tried again since. */
const troubleIn = ({ trouble }: Attempts, { shut: [one] }: DeepMemory): DeepLook['trouble'] =>
  trouble ?? (one && { reason: one.finding, detail: `${one.name}: ${one.detail}` });

/**
 * Walks whole segments, record by record: those at which recoveries end, those that were damaged, and a sample
 * that goes round the archive within the plan's `reread`, or what was asked for. Of each the record that began
 * in the segment before is checked too. Only segments with a right header are walked. One that cannot be read
 * is passed over and tried again a day later. May be stopped anywhere; the next run goes on. Changes `deep`
 * and the findings of `headers`. Never rejects.
 */
export const walkDeeply = async (input: Input): Promise<DeepLook> => {
  const { policy, deep, asked, now } = input;
  const begun = performance.now();
  const until = asked === undefined ? Math.min(input.until, begun + SAMPLE_MS) : input.until;
  const tour: Tour = { attempts: noAttempts(asked !== undefined), walked: 0, left: 0 };
  await walkEnds(input, deep, until, tour.attempts);
  const { again, files, segments, isEnd } = planWalk(input);
  const most = asked === undefined ? samplesARun(segments, policy.rereadSeconds) : segments;
  const mostBytes = asked === undefined ? SAMPLE_BYTES : Number.POSITIVE_INFINITY;
  // Each has one turn a day, so all may come at once. However many there are, the others have half of the time.
  const first = { most: segments, mostBytes, until: begun + (until - begun) / 2 };
  await walkFiles(input, tour, { files: again, isEnd }, first);
  const walked = await walkFiles(input, tour, { files, isEnd }, { most, mostBytes, until });
  deep.days = countDay(deep.days, walked, now);
  const { attempts } = tour;
  const unread = asked?.range === undefined ? countShut(deep) : attempts.failed;
  return { walked: tour.walked, left: tour.left + unread, trouble: troubleIn(attempts, deep) };
};
