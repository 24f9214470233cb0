import { GetObjectCommand, ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3';
import type { Location } from '../../shared/plan/location.ts';
import type { createDirectGet } from './direct-get.ts';
import { createHeadReader, type ReadHead } from './head-reader.ts';
import type { ListNames } from './listing.ts';

export type ArchiveClient = {
  list: ListNames;
  /** LIST requests made so far. */
  listRequests: () => number;
  /** A small file as bytes. @throws where it is larger than a `.history` can be. */
  read: (name: string) => Promise<Uint8Array>;
  /** The first bytes of a segment. */
  readHead: ReadHead;
  /** GET requests made so far. */
  getRequests: () => number;
};

const ARCHIVES: ReadonlySet<string> = new Set(['GLACIER', 'DEEP_ARCHIVE']);

/** A `.history` has one line for each promotion; real ones hold a few hundred bytes. */
const MAX_SMALL_FILE = 1024 ** 2;

/** Reads one archive. Errors of the SDK pass through; `signal` ends every request. */
export const createArchiveClient = (
  s3: S3Client,
  { bucket, prefix }: Location,
  signal: AbortSignal,
  get: ReturnType<typeof createDirectGet>,
): ArchiveClient => {
  let requests = 0;
  let gets = 0;
  const onRequest = (): void => {
    gets += 1;
  };
  return {
    listRequests: () => requests,
    getRequests: () => gets,
    readHead: createHeadReader(s3, { bucket, prefix }, { signal, get, onRequest }),

    async list({ after, maxNames }) {
      requests += 1;
      const { Contents = [], IsTruncated = false } = await s3.send(
        new ListObjectsV2Command({
          Bucket: bucket,
          Prefix: prefix,
          StartAfter: after === undefined ? undefined : prefix + after,
          MaxKeys: maxNames,
        }),
        { abortSignal: signal },
      );
      const files = Contents.flatMap(({ Key, Size, LastModified, ETag, StorageClass = '' }) => {
        if (Key === undefined || LastModified === undefined || Key.endsWith('/')) return [];
        const name = Key.slice(prefix.length);
        const archived = ARCHIVES.has(StorageClass);
        return [{ name, size: Size ?? 0, lastModified: LastModified, etag: ETag ?? '', archived }];
      });
      return { files, last: Contents.at(-1)?.Key?.slice(prefix.length), more: IsTruncated };
    },

    async read(name) {
      onRequest();
      const { Body, ContentLength = 0 } = await s3.send(
        new GetObjectCommand({ Bucket: bucket, Key: prefix + name }),
        { abortSignal: signal },
      );
      if (ContentLength > MAX_SMALL_FILE) throw new Error(`${name} holds ${ContentLength} bytes`);
      return (await Body?.transformToByteArray()) ?? new Uint8Array();
    },
  };
};
