import { describeAwsFailure } from '../../shared/aws-failure/describe-aws-failure.ts';
import { formatLocation } from '../../shared/plan/location.ts';
import type { StoredBackup } from '../../shared/plan/plan.ts';
import type { ArchiveClient } from './archive-client.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import type { CursorStore } from './cursor-store.ts';
import { decideContinuity } from './decide-continuity.ts';
import { decideFreshness } from './decide-freshness.ts';
import { decideSegmentSize } from './decide-segment-size.ts';
import { decideUnseen } from './decide-unseen.ts';
import type { Judgement } from './judgement.ts';
import { surveyArchive } from './survey-archive.ts';

/** So often everything is read again: deletions of old segments are seen by nothing else. */
const FULL_SCAN_MS = 24 * 3_600_000;

export type PolicyCheck = {
  policy: StoredBackup;
  client: ArchiveClient;
  cursors: CursorStore;
  now: Date;
  /** Read everything, whatever is remembered. */
  rescan: boolean;
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
  [formatLocation(location), match, segmentSizeBytes ?? '-', encoding.length].join(' ');

/** A memory that cannot be reached costs a full scan, not the report. */
const remember = async ({ policy, cursors, now, rescan, warn }: PolicyCheck) => {
  try {
    const stored = await cursors.read(policy.name);
    const cursor = stored?.value;
    const usable =
      cursor !== undefined &&
      !rescan &&
      cursor.place === placeOf(policy) &&
      now.getTime() - Date.parse(cursor.scannedAt) < FULL_SCAN_MS;
    const known = usable ? decodeCursor(cursor) : undefined;
    const memory = cursor && known && { known, turn: cursor.turn, scannedAt: cursor.scannedAt };
    return { writable: true, etag: stored?.etag, memory };
  } catch (error) {
    warn('The cursor was not read', { policy: policy.name, ...describeAwsFailure(error) });
    return { writable: false };
  }
};

/** Every check of one archive. Rejects only for a fault of this code; what S3 answers is a verdict. */
export const checkPolicy = async (check: PolicyCheck): Promise<Judgement[]> => {
  const { policy, client, cursors, now, warn } = check;
  const { writable, etag, memory } = await remember(check);
  let looked: Awaited<ReturnType<typeof surveyArchive>>;
  try {
    looked = await surveyArchive(client, policy, memory);
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
  try {
    // Where another run was faster, its memory is as good as this one's.
    if (cursor !== undefined) await cursors.write(policy.name, cursor, etag);
  } catch (error) {
    warn('The cursor was not written', { policy: policy.name, ...describeAwsFailure(error) });
  }
  return [
    decideFreshness(policy, survey, now),
    decideContinuity(policy, survey, now),
    decideSegmentSize(policy, survey),
  ];
};
