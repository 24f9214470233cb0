import { createHash } from 'node:crypto';
import { describeAwsFailure } from '../../shared/aws-failure/describe-aws-failure.ts';
import { DamageError, NotJudgedError } from '../../shared/backup-encoding/damage-error.ts';
import { openLayers } from '../../shared/backup-encoding/open-layers.ts';
import type { StoredBackup } from '../../shared/plan/plan.ts';
import type { SecretReader } from '../../shared/secrets/secret-reader.ts';
import type { ArchiveClient, StoredVersion } from './archive-client.ts';
import { layersOf } from './segment-layers.ts';

/** Whether all versions of a name hold the same WAL. */
export type Compared =
  | { is: 'same' }
  | { is: 'different'; detail: string }
  | { is: 'unknown'; reason: string; detail: string };

type Means = {
  client: Pick<ArchiveClient, 'versions' | 'readVersion'>;
  policy: Pick<StoredBackup, 'encoding'>;
  readSecret: SecretReader;
};

/** What is under the layers, so that a salt or a time stamp of gzip makes no difference. */
const contentOf = async (
  { client, policy, readSecret }: Means,
  name: string,
  version: StoredVersion,
): Promise<string> => {
  const layers = layersOf(policy, name.slice(24));
  const hash = createHash('sha256');
  const stored = client.readVersion(name, version);
  const source =
    typeof layers === 'string' || layers.length === 0
      ? stored
      : (await openLayers({ source: stored, encoding: layers, inside: 'anything', readSecret }))
          .source;
  for await (const piece of source) hash.update(piece);
  return hash.digest('hex');
};

const describe = ({ versionId, lastModified, size }: StoredVersion): string =>
  `version ${versionId} of ${lastModified.toISOString()} (${size} bytes)`;

/**
 * Reads every version of a name and compares what PostgreSQL would be given. Uploading the same segment
 * twice, which a retry does, is no finding; that the bytes differ is. Never rejects.
 */
export const compareVersions = async (means: Means, name: string): Promise<Compared> => {
  try {
    const versions = await means.client.versions(name);
    const [current, ...others] = versions;
    if (current === undefined) return { is: 'same' };
    const older = others.filter(({ etag, size }) => etag !== current.etag || size !== current.size);
    const isRaw = layersOf(means.policy, name.slice(24)).length === 0;
    const different = (one: StoredVersion): Compared => ({
      is: 'different',
      detail: `it was overwritten with other contents: ${describe(one)} differs from the current ${describe(current)}`,
    });
    const other = isRaw ? older.find(({ size }) => size !== current.size) : undefined;
    if (other !== undefined) return different(other);
    const wanted = older.length === 0 ? '' : await contentOf(means, name, current);
    for (const one of older) {
      if ((await contentOf(means, name, one)) !== wanted) return different(one);
    }
    return { is: 'same' };
  } catch (error) {
    if (error instanceof DamageError) {
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
