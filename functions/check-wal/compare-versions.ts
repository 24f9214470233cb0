import { createHash } from 'node:crypto';
import { describeAwsFailure } from '../../shared/aws-failure/describe-aws-failure.ts';
import type { ByteSource } from '../../shared/backup-encoding/byte-source.ts';
import { DamageError, NotJudgedError } from '../../shared/backup-encoding/damage-error.ts';
import { openLayers } from '../../shared/backup-encoding/open-layers.ts';
import type { StoredBackup } from '../../shared/plan/plan.ts';
import { judgeWalk } from '../../shared/postgres-wal/judge-walk.ts';
import { parseSegmentName } from '../../shared/postgres-wal/segment-name.ts';
import { walkSegment } from '../../shared/postgres-wal/walk-segment.ts';
import type { SecretReader } from '../../shared/secrets/secret-reader.ts';
import type { ArchiveClient, StoredVersion } from './archive-client.ts';
import { layersOf } from './segment-layers.ts';

/**
 * What a wrong passphrase or encoding in the plan makes of every version, and a change of either of the older
 * ones: nothing can be said of them.
 */
const OF_THE_PLAN: readonly string[] = ['wrong-key', 'encoding-mismatch'];

/** Whether all versions of a name hold the same WAL. */
export type Compared =
  | { is: 'same' }
  | { is: 'different'; detail: string }
  /** They differ, and no recovery could have used the older ones. */
  | { is: 'mended'; detail: string }
  /** `lasts`: another try would not help as long as the plan and the versions stay what they are. */
  | { is: 'unknown'; reason: string; detail: string; lasts: boolean };

type Means = {
  client: Pick<ArchiveClient, 'versions' | 'readVersion'>;
  policy: Pick<StoredBackup, 'encoding'>;
  readSecret: SecretReader;
};

/** What keeps these bytes from being judged; undefined where that is not to be seen by the bytes. */
const notJudged = (error: unknown): Compared | undefined => {
  if (error instanceof NotJudgedError) {
    return { is: 'unknown', reason: error.reason, detail: error.message, lasts: true };
  }
  if (!(error instanceof DamageError) || !OF_THE_PLAN.includes(error.damage)) return undefined;
  return { is: 'unknown', reason: error.damage, detail: error.message, lasts: true };
};

/** What is under the layers, so that a salt or a time stamp of gzip makes no difference. */
const open = async (
  { policy, readSecret }: Means,
  name: string,
  source: ByteSource,
): Promise<ByteSource> => {
  const encoding = layersOf(policy, name.slice(24));
  if (typeof encoding === 'string' || encoding.length === 0) return source;
  return (await openLayers({ source, encoding, inside: 'wal', readSecret })).source;
};

const contentOf = async (means: Means, name: string, version: StoredVersion): Promise<string> => {
  const hash = createHash('sha256');
  const stored = means.client.readVersion(name, version);
  for await (const piece of await open(means, name, stored)) hash.update(piece);
  return hash.digest('hex');
};

/** Why no recovery could have used a version; undefined where it could, or where that is not to be seen. */
const flawOf = async (
  means: Means,
  name: string,
  version: StoredVersion,
): Promise<string | undefined> => {
  if (typeof layersOf(means.policy, name.slice(24)) === 'string') return undefined;
  if (version.size === 0) return 'it is empty';
  const stored = means.client.readVersion(name, version);
  try {
    const timeline = Number.parseInt(name.slice(0, 8), 16);
    const walked = judgeWalk(
      await walkSegment(await open(means, name, stored), { timeline }),
      'no',
    );
    if (walked.verdict !== 'pass') return walked.verdict === 'fail' ? walked.detail : undefined;
    const { address, segmentSize } = walked.walk.first;
    const number = parseSegmentName(name.slice(0, 24), segmentSize)?.number;
    return number === address / BigInt(segmentSize) ? undefined : 'it holds another segment';
  } catch (error) {
    // Without a plan's word it is the name that says how it is encoded, and that has not changed.
    const isOfPlan = (means.policy.encoding ?? []).length > 0 && notJudged(error) !== undefined;
    if (error instanceof DamageError && !isOfPlan) return error.message;
    throw error;
  } finally {
    // A walk stops at the first flaw.
    await stored.return(undefined);
  }
};

const describe = ({ versionId, lastModified, size }: StoredVersion): string =>
  `version ${versionId} of ${lastModified.toISOString()} (${size} bytes)`;

/** One older version beside the current one, whose content has the digest `wanted`. */
const compareOlder = async (
  means: Means,
  name: string,
  { older, current, wanted }: { older: StoredVersion; current: StoredVersion; wanted: string },
): Promise<Compared> => {
  try {
    const flaw = await flawOf(means, name, older);
    if (flaw !== undefined) {
      return {
        is: 'mended',
        detail: `its ${describe(older)} could not be replayed (${flaw}), and the current ${describe(current)} is another`,
      };
    }
    if ((await contentOf(means, name, older)) === wanted) return { is: 'same' };
    return {
      is: 'different',
      detail: `it was overwritten with other contents: ${describe(older)} differs from the current ${describe(current)}`,
    };
  } catch (error) {
    const unknown = notJudged(error);
    if (unknown !== undefined) return unknown;
    throw error;
  }
};

/**
 * Reads every version of a name and compares what PostgreSQL would be given. Uploading the same segment
 * twice, which a retry does, is no finding; that the bytes differ is, and a lesser one where the older ones
 * were broken: then somebody has put it right. An older version that cannot be opened hides no other's
 * finding. Never rejects.
 */
export const compareVersions = async (means: Means, name: string): Promise<Compared> => {
  try {
    const versions = await means.client.versions(name);
    const [current, ...others] = versions;
    if (current === undefined) return { is: 'same' };
    const rewritten = others.filter(
      ({ etag, size }) => etag !== current.etag || size !== current.size,
    );
    const wanted = rewritten.length === 0 ? '' : await contentOf(means, name, current);
    let most: Compared = { is: 'same' };
    for (const older of rewritten) {
      const compared = await compareOlder(means, name, { older, current, wanted });
      if (compared.is === 'different') return compared;
      const isMore = compared.is === 'mended' ? most.is !== 'mended' : most.is === 'same';
      if (isMore) most = compared;
    }
    return most;
  } catch (error) {
    const unknown = notJudged(error);
    if (unknown !== undefined) return unknown;
    if (error instanceof DamageError) {
      return {
        is: 'different',
        detail: `it was overwritten, and one of its versions is broken: ${error.message}`,
      };
    }
    const { reason, message } = describeAwsFailure(error);
    // In a class that must be restored before it can be read.
    const lasts = message.startsWith('InvalidObjectState');
    return { is: 'unknown', reason, detail: message, lasts };
  }
};
