import { describeAwsFailure } from '../../shared/aws-failure/describe-aws-failure.ts';
import { DamageError, NotJudgedError } from '../../shared/backup-encoding/damage-error.ts';
import { openLayers } from '../../shared/backup-encoding/open-layers.ts';
import type { StoredBackup } from '../../shared/plan/plan.ts';
import { judgeWalk, type WalkVerdict } from '../../shared/postgres-wal/judge-walk.ts';
import type { WalCarry } from '../../shared/postgres-wal/segment-walk.ts';
import { walkSegment } from '../../shared/postgres-wal/walk-segment.ts';
import type { SecretReader } from '../../shared/secrets/secret-reader.ts';
import type { ArchiveClient } from './archive-client.ts';
import { countDay, type DeepMemory } from './deep-memory.ts';
import { type HeaderMemory, MAX_FINDINGS } from './header-memory.ts';
import { type Blocks, isMarked, markRead, onlyBad } from './read-blocks.ts';
import { layersOf } from './segment-layers.ts';
import type { Survey } from './survey.ts';
import { type SegmentFile, unreadFiles } from './unread-files.ts';

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

const blocksIn = (forms: Map<string, Blocks>, key: string): Blocks => {
  const blocks = forms.get(key) ?? new Map();
  forms.set(key, blocks);
  return blocks;
};

/** Damage of a layer is damage of the segment. */
const walkOne = async (
  { client, policy, readSecret }: Input,
  { segment, suffix }: SegmentFile,
  carry: WalCarry | undefined,
  isLast: boolean,
): Promise<WalkVerdict> => {
  const encoding = layersOf(policy, suffix);
  const stored = client.readWhole(segment + suffix);
  try {
    const source =
      typeof encoding === 'string' || encoding.length === 0
        ? stored
        : (await openLayers({ source: stored, encoding, inside: 'anything', readSecret })).source;
    const timeline = Number.parseInt(segment.slice(0, 8), 16);
    return judgeWalk(await walkSegment(source, { carry, timeline }), isLast ? 'perhaps' : 'no');
  } catch (error) {
    if (!(error instanceof DamageError)) throw error;
    return {
      verdict: 'fail',
      finding: error.damage,
      detail: `it cannot be opened: ${error.message}`,
    };
  } finally {
    await stored.return(undefined);
  }
};

const isWithin = ({ segment }: SegmentFile, range: DeepRange | undefined): boolean =>
  range === undefined || (range.first <= segment && segment <= range.last);

/**
 * Walks whole segments, record by record: a sample that goes round the archive within the plan's `reread`,
 * or what was asked for. Only segments with a right header are walked. May be stopped anywhere; the next
 * run goes on. Changes `deep` and the findings of `headers`. Never rejects.
 */
export const walkDeeply = async (input: Input): Promise<DeepLook> => {
  const { policy, survey, headers, deep, asked, now } = input;
  const isReadable = (suffix: string): boolean => typeof layersOf(policy, suffix) !== 'string';
  const wanted = (forms: Map<string, Blocks>) =>
    unreadFiles(survey, { ...headers, forms }, isReadable);
  const age = now.getTime() - deep.sweptSince;
  const isDue = asked !== undefined || age >= SPARE * policy.rereadSeconds * 1_000;
  // A sweep that is through begins again when it is due, or when it is asked for.
  if (asked?.range === undefined && isDue && wanted(deep.forms).count === 0) {
    deep.forms = new Map([...deep.forms].map(([key, blocks]) => [key, onlyBad(blocks)]));
    deep.sweptSince = now.getTime();
  }
  const all = wanted(asked?.range === undefined ? deep.forms : new Map());
  const segments = wanted(new Map()).count;
  const most = asked === undefined ? samplesARun(segments, policy.rereadSeconds) : segments;
  const until =
    asked === undefined ? Math.min(input.until, performance.now() + SAMPLE_MS) : input.until;
  const mostBytes = asked === undefined ? SAMPLE_BYTES : Number.POSITIVE_INFINITY;
  let [walked, left, bytes] = [0, 0, 0];
  let carry: WalCarry | undefined;
  let trouble: DeepLook['trouble'];
  for (const file of all.files()) {
    const { key, number, segment, suffix } = file;
    const isGood =
      isMarked(headers.forms.get(key), number, 'read') &&
      !isMarked(headers.forms.get(key), number, 'bad');
    if (!isWithin(file, asked?.range) || !isGood) continue;
    const isOver = walked >= most || bytes >= mostBytes || performance.now() >= until;
    if (isOver || trouble !== undefined) {
      left += 1;
      continue;
    }
    const timeline = survey.seen.timelines.get(Number.parseInt(key, 10));
    try {
      const verdict = await walkOne(input, file, carry, timeline?.newest?.number === number);
      walked += 1;
      const bad = verdict.verdict === 'fail';
      markRead(blocksIn(deep.forms, key), number, { at: 0, bad, wholeBlockSeen: false });
      carry = undefined;
      if (verdict.verdict === 'pass') {
        const { walk } = verdict;
        bytes += walk.bytes;
        carry = 'carry' in walk.ending ? walk.ending.carry : undefined;
        deep.lastCommit =
          Math.max(deep.lastCommit ?? 0, walk.lastTransaction?.at ?? 0) || undefined;
      } else if (bad && headers.findings.length < MAX_FINDINGS) {
        const { finding, detail } = verdict;
        headers.findings.push({ name: segment + suffix, finding, detail });
      }
    } catch (error) {
      trouble =
        error instanceof NotJudgedError
          ? { reason: error.reason, detail: error.message }
          : { reason: describeAwsFailure(error).reason, detail: describeAwsFailure(error).message };
      left += 1;
    }
  }
  deep.days = countDay(deep.days, walked, now);
  return { walked, left, trouble };
};
