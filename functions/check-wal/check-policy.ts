import { describeAwsFailure } from '../../shared/aws-failure/describe-aws-failure.ts';
import { formatLocation } from '../../shared/plan/location.ts';
import type { StoredBackup } from '../../shared/plan/plan.ts';
import type { ArchiveClient } from './archive-client.ts';
import { compareRewritten } from './compare-rewritten.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import type { CursorStore } from './cursor-store.ts';
import { decideContent } from './decide-content.ts';
import { decideContinuity } from './decide-continuity.ts';
import { decideFreshness } from './decide-freshness.ts';
import { decideRecovery } from './decide-recovery.ts';
import { decideSegmentSize } from './decide-segment-size.ts';
import { decideUnseen } from './decide-unseen.ts';
import { decodeDeep, emptyDeepMemory } from './deep-memory.ts';
import { decodeHeaders, emptyHeaderMemory } from './header-memory.ts';
import type { Opening } from './inspect-segment.ts';
import type { Judgement } from './judgement.ts';
import { keepLook } from './keep-look.ts';
import type { Insides } from './merge-memory.ts';
import type { DeepRange } from './plan-walk.ts';
import { type HeaderLook, readHeaders } from './read-headers.ts';
import { refreshDeep, refreshHeaders } from './refresh-headers.ts';
import { type Memory, surveyArchive } from './survey-archive.ts';
import { walkDeeply } from './walk-deeply.ts';

/** So often everything is read again: deletions of old segments are seen by nothing else. */
const FULL_SCAN_MS = 24 * 3_600_000;

export type PolicyCheck = {
  policy: StoredBackup;
  client: ArchiveClient;
  cursors: CursorStore;
  now: Date;
  /** The plan's objective. */
  rpoSeconds?: number;
  /** Read every name, whatever is remembered. */
  rescan: boolean;
  readSecret: Opening['readSecret'];
  /** No segment is begun after this moment, in the milliseconds of `performance.now`. */
  until: number;
  /** Walk through whole segments as far as time reaches: all of them, or a range. */
  deep?: { range?: DeepRange };
  /** Told what went wrong without changing the verdict. */
  warn: (message: string, detail: object) => void;
};

/** Changes when the memory of an archive is about another one, or was read by other rules. */
const placeOf = ({
  location,
  match = '*',
  segmentSizeBytes,
  encoding = [],
}: StoredBackup): string =>
  [
    formatLocation(location),
    match,
    segmentSizeBytes ?? '-',
    encoding.map((layer) => layer.name).join('+'),
  ].join(' ');

type Remembered = {
  writable: boolean;
  etag?: string;
  memory?: Memory & { scannedAt: string };
};

/** A memory that cannot be reached costs a full scan, not the report. */
const remember = async ({
  policy,
  cursors,
  now,
  rescan,
  warn,
}: PolicyCheck): Promise<Remembered> => {
  try {
    const stored = await cursors.read(policy.name);
    const cursor = stored?.value;
    const isHere = cursor !== undefined && cursor.place === placeOf(policy);
    const known = isHere ? decodeCursor(cursor) : undefined;
    if (cursor === undefined || known === undefined) return { writable: true, etag: stored?.etag };
    const { turn, scannedAt } = cursor;
    const isOld = now.getTime() - Date.parse(scannedAt) >= FULL_SCAN_MS;
    const headers = cursor.headers && decodeHeaders(cursor.headers);
    const deep = cursor.deep && decodeDeep(cursor.deep);
    const memory = { known, turn, scannedAt, headers, deep, readAll: rescan || isOld };
    return { writable: true, etag: stored?.etag, memory };
  } catch (error) {
    warn('The cursor was not read', { policy: policy.name, ...describeAwsFailure(error) });
    return { writable: false };
  }
};

/** What becomes of reading that cannot be remembered: the same segments would be read every five minutes. */
const NO_MEMORY = {
  reason: 'memory-unavailable',
  detail: 'what is read could not be remembered, and would be read again with every run',
};

const lookInside = async (
  { policy, client, readSecret, until, now, deep: asked }: PolicyCheck,
  { survey, full }: Awaited<ReturnType<typeof surveyArchive>>,
  before: Insides,
  canRemember: boolean,
): Promise<HeaderLook> => {
  const deep = refreshDeep(before.deep, survey);
  const isAsked = asked !== undefined;
  const headers = refreshHeaders(before.headers, deep.forms, survey, now, isAsked);
  const input = { policy, survey, full, memory: headers, readSecret, read: client.readHead };
  const look = await readHeaders({ ...input, until: canRemember ? until : 0 });
  if (!canRemember) return look.left === 0 ? look : { ...look, trouble: NO_MEMORY };
  const rewritten = { client, policy, readSecret, survey, memory: look.memory, until };
  const uncompared = await compareRewritten(rewritten);
  const walk = {
    client,
    policy,
    readSecret,
    survey,
    headers: look.memory,
    deep,
    now,
    asked,
    until,
  };
  return { ...look, uncompared, deep: { memory: deep, look: await walkDeeply(walk) } };
};

/** Every check of one archive. Rejects only for a fault of this code; what S3 answers is a verdict. */
export const checkPolicy = async (check: PolicyCheck): Promise<Judgement[]> => {
  const { policy, now, rpoSeconds } = check;
  const { writable, etag, memory } = await remember(check);
  let looked: Awaited<ReturnType<typeof surveyArchive>>;
  try {
    looked = await surveyArchive(check, memory);
  } catch (error) {
    return decideUnseen(policy, describeAwsFailure(error));
  }
  const { survey, full } = looked;
  const about = {
    place: placeOf(policy),
    scannedAt: full || memory === undefined ? now.toISOString() : memory.scannedAt,
    turn: full || memory === undefined ? 0 : memory.turn + 1,
  };
  const cursor = writable ? encodeCursor(survey, about) : undefined;
  // Under another segment size the same numbers are other segments.
  const known = memory?.known.segmentSize === survey.segmentSize ? memory : undefined;
  const before = {
    headers: known?.headers ?? emptyHeaderMemory(now),
    deep: known?.deep ?? emptyDeepMemory(now),
  };
  const seen = await lookInside(check, looked, before, cursor !== undefined);
  const look = cursor === undefined ? seen : await keepLook(check, { cursor, before, etag }, seen);
  return [
    decideFreshness(policy, survey, now),
    decideContinuity(policy, survey, now),
    decideSegmentSize(policy, survey),
    decideContent(policy, survey, look),
    decideRecovery(policy, survey, {
      headers: look.memory,
      deep: look.deep?.memory,
      rpoSeconds,
      now,
    }),
  ];
};
