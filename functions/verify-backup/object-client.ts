import { HeadObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { NotJudgedError } from '../../shared/backup-encoding/damage-error.ts';
import { type ListedObject, listObjects } from '../../shared/object-listing/list-objects.ts';
import type { ObjectVersion } from '../../shared/object-stream/read-object.ts';
import { readObject, readRange } from '../../shared/object-stream/read-object.ts';
import type { Target } from './parse-targets.ts';

/** What S3 says of an object without its bytes. */
export type StoredObject = ObjectVersion & {
  lastModified: Date;
  storageClass: string;
  /** Absent where S3 named none. */
  serverSideEncryption?: string;
  /** Archived: its bytes cannot be read before somebody restores it. */
  archived: boolean;
};

export type ObjectClient = {
  /** Errors of the SDK pass through, a 404 too. */
  head(target: Pick<Target, 'bucket' | 'key' | 'versionId'>): Promise<StoredObject>;
  read(object: ObjectVersion, signal: AbortSignal): AsyncGenerator<Buffer>;
  /** The last bytes, at most `count`. */
  tail(object: ObjectVersion, count: number, signal: AbortSignal): Promise<Buffer>;
  /**
   * What lies in a folder itself, in S3's order. `prefix` ends with a slash or is empty.
   *
   * @throws {NotJudgedError} `over-limit`.
   */
  list(bucket: string, prefix: string): Promise<ListedObject[]>;
};

/** A dump of so many tables, or a folder of so many dumps, is more than one reading can be about. */
const MAX_LISTED = 100_000;

/** Storage classes whose objects cannot be read before somebody restores them. */
export const ARCHIVES: ReadonlySet<string> = new Set(['GLACIER', 'DEEP_ARCHIVE']);

export const createObjectClient = (s3: S3Client): ObjectClient => ({
  async head({ bucket, key, versionId }) {
    const head = await s3.send(
      new HeadObjectCommand({ Bucket: bucket, Key: key, VersionId: versionId }),
    );
    const storageClass = head.StorageClass ?? 'STANDARD';
    return {
      bucket,
      key,
      versionId: head.VersionId === 'null' ? undefined : head.VersionId,
      etag: head.ETag ?? '',
      size: head.ContentLength ?? 0,
      lastModified: head.LastModified ?? new Date(0),
      storageClass,
      serverSideEncryption: head.ServerSideEncryption,
      archived:
        (ARCHIVES.has(storageClass) || head.ArchiveStatus !== undefined) &&
        !head.Restore?.includes('ongoing-request="false"'),
    };
  },
  read: (object, signal) => readObject(s3, object, { signal }),
  tail: (object, count, signal) =>
    readRange(s3, object, [Math.max(0, object.size - count), object.size - 1], signal),
  async list(bucket, prefix) {
    const listed: ListedObject[] = [];
    for await (const page of listObjects(s3, { bucket, prefix, flat: true })) {
      listed.push(...page);
      if (listed.length > MAX_LISTED) {
        throw new NotJudgedError('over-limit', `its folder holds more than ${MAX_LISTED} objects`);
      }
    }
    return listed;
  },
});
