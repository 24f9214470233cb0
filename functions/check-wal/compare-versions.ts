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

/** What a wrong passphrase or encoding in the plan makes of every version: nothing can be said of them. */
const OF_THE_PLAN: readonly string[] = ['wrong-key', 'encoding-mismatch'];

/** Whether all versions of a name hold the same WAL. */
export type Compared =
  | { is: 'same' }
  | { is: 'different'; detail: string }
  /** They differ, and no recovery could have used the older ones. */
  | { is: 'mended'; detail: string }
  | { is: 'unknown'; reason: string; detail: string };

type Means = {
  client: Pick<ArchiveClient, 'versions' | 'readVersion'>;
  policy: Pick<StoredBackup, 'encoding'>;
  readSecret: SecretReader;
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
    if (error instanceof DamageError) return error.message;
    throw error;
  } finally {
    // A walk stops at the first flaw.
    await stored.return(undefined);
  }
};

const describe = ({ versionId, lastModified, size }: StoredVersion): string =>
  `version ${versionId} of ${lastModified.toISOString()} (${size} bytes)`;

/**
 * Reads every version of a name and compares what PostgreSQL would be given. Uploading the same segment
 * twice, which a retry does, is no finding; that the bytes differ is, and a lesser one where the older ones
 * were broken: then somebody has put it right. Never rejects.
 */
export const compareVersions = async (means: Means, name: string): Promise<Compared> => {
  try {
    const versions = await means.client.versions(name);
    const [current, ...others] = versions;
    if (current === undefined) return { is: 'same' };
    const older = others.filter(({ etag, size }) => etag !== current.etag || size !== current.size);
    const wanted = older.length === 0 ? '' : await contentOf(means, name, current);
    let mended: Compared | undefined;
    for (const one of older) {
      const flaw = await flawOf(means, name, one);
      if (flaw === undefined) {
        if ((await contentOf(means, name, one)) === wanted) continue;
        return {
          is: 'different',
          detail: `it was overwritten with other contents: ${describe(one)} differs from the current ${describe(current)}`,
        };
      }
      mended ??= {
        is: 'mended',
        detail: `its ${describe(one)} could not be replayed (${flaw}), and the current ${describe(current)} is another`,
      };
    }
    return mended ?? { is: 'same' };
  } catch (error) {
    if (error instanceof DamageError) {
      const { damage: reason, message: detail } = error;
      if (OF_THE_PLAN.includes(reason)) return { is: 'unknown', reason, detail };
      return {
        is: 'different',
        detail: `it was overwritten, and one of its versions is broken: ${error.message}`,
      };
    }
    if (error instanceof NotJudgedError) {
      return { is: 'unknown', reason: error.reason, detail: error.message };
    }
    const { reason, message } = describeAwsFailure(error);
    return { is: 'unknown', reason, detail: message };
  }
};
