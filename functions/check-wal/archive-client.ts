import { GetObjectCommand, ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3';
import type { Location } from '../../shared/plan/location.ts';
import type { ListNames } from './listing.ts';

export type ArchiveClient = {
  list: ListNames;
  /** LIST requests made so far. */
  listRequests: () => number;
  /** A small file as bytes. @throws where it is larger than a `.history` can be. */
  read: (name: string) => Promise<Uint8Array>;
  /** The first bytes of a file, fewer where it is shorter. @throws for an empty one. */
  readStart: (name: string, bytes: number) => Promise<Uint8Array>;
};

/** A `.history` has one line for each promotion; real ones hold a few hundred bytes. */
const MAX_SMALL_FILE = 1024 ** 2;

/** Reads one archive. Errors of the SDK pass through; `signal` ends every request. */
export const createArchiveClient = (
  s3: S3Client,
  { bucket, prefix }: Location,
  signal: AbortSignal,
): ArchiveClient => {
  let requests = 0;
  return {
    listRequests: () => requests,

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
      const files = Contents.flatMap(({ Key, Size, LastModified, ETag }) => {
        if (Key === undefined || LastModified === undefined || Key.endsWith('/')) return [];
        const name = Key.slice(prefix.length);
        return [{ name, size: Size ?? 0, lastModified: LastModified, etag: ETag ?? '' }];
      });
      return { files, last: Contents.at(-1)?.Key?.slice(prefix.length), more: IsTruncated };
    },

    async read(name) {
      const { Body, ContentLength = 0 } = await s3.send(
        new GetObjectCommand({ Bucket: bucket, Key: prefix + name }),
        { abortSignal: signal },
      );
      if (ContentLength > MAX_SMALL_FILE) throw new Error(`${name} holds ${ContentLength} bytes`);
      return (await Body?.transformToByteArray()) ?? new Uint8Array();
    },

    async readStart(name, bytes) {
      const { Body } = await s3.send(
        new GetObjectCommand({
          Bucket: bucket,
          Key: prefix + name,
          Range: `bytes=0-${bytes - 1}`,
        }),
        { abortSignal: signal },
      );
      return (await Body?.transformToByteArray()) ?? new Uint8Array();
    },
  };
};
