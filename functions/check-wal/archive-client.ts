import { GetObjectCommand, ListObjectVersionsCommand, type S3Client } from '@aws-sdk/client-s3';
import { readObject } from '../../shared/object-stream/read-object.ts';
import type { Location } from '../../shared/plan/location.ts';
import type { createDirectGet } from './direct-get.ts';
import { createHeadReader, type ReadHead } from './head-reader.ts';
import { createLister } from './list-versions.ts';
import type { ListNames } from './listing.ts';

export type StoredVersion = { versionId: string; etag: string; size: number; lastModified: Date };

export type ArchiveClient = {
  list: ListNames;
  /** A whole file, by one request. */
  readWhole: (name: string) => AsyncGenerator<Buffer>;
  /** False where only current versions may be listed. */
  seesVersions: () => boolean;
  /** All versions of one name, the current one first. */
  versions: (name: string) => Promise<StoredVersion[]>;
  readVersion: (name: string, version: StoredVersion) => AsyncGenerator<Buffer>;
  /** LIST requests made so far. */
  listRequests: () => number;
  /** A small file as bytes. @throws where it is larger than a `.history` can be. */
  read: (name: string) => Promise<Uint8Array>;
  /** The first bytes of a segment. */
  readHead: ReadHead;
  /** GET requests made so far. */
  getRequests: () => number;
};

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
  const onList = (): void => {
    requests += 1;
  };
  const lister = createLister(s3, { bucket, prefix }, { signal, onRequest: onList });
  return {
    listRequests: () => requests,
    getRequests: () => gets,
    readHead: createHeadReader(s3, { bucket, prefix }, { signal, get, onRequest }),

    ...lister,

    async read(name) {
      onRequest();
      const { Body, ContentLength = 0 } = await s3.send(
        new GetObjectCommand({ Bucket: bucket, Key: prefix + name }),
        { abortSignal: signal },
      );
      if (ContentLength > MAX_SMALL_FILE) throw new Error(`${name} holds ${ContentLength} bytes`);
      return (await Body?.transformToByteArray()) ?? new Uint8Array();
    },

    async versions(name) {
      onList();
      const Key = prefix + name;
      const { Versions = [] } = await s3.send(
        new ListObjectVersionsCommand({ Bucket: bucket, Prefix: Key }),
        { abortSignal: signal },
      );
      return Versions.filter((one) => one.Key === Key)
        .toSorted((a, b) => Number(b.IsLatest ?? false) - Number(a.IsLatest ?? false))
        .map(({ VersionId = 'null', ETag = '', Size = 0, LastModified = new Date(0) }) => ({
          versionId: VersionId,
          etag: ETag,
          size: Size,
          lastModified: LastModified,
        }));
    },

    async *readWhole(name) {
      onRequest();
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: prefix + name }), {
        abortSignal: signal,
      });
      for await (const piece of Body as AsyncIterable<Uint8Array>) yield Buffer.from(piece);
    },

    readVersion(name, { versionId, etag, size }) {
      onRequest();
      const object = { bucket, key: prefix + name, versionId, etag, size };
      return readObject(s3, object, { signal });
    },
  };
};
