import { HeadObjectCommand, type HeadObjectCommandOutput, type S3Client } from '@aws-sdk/client-s3';
import {
  type ListedObject,
  listObjects,
  listPage,
} from '../../shared/object-listing/list-objects.ts';
import { formatLocation, type Location } from '../../shared/plan/location.ts';
import type { ObjectFacts } from './decide-digest.ts';
import { type Gate, once, TooMuchError } from './observe.ts';
import type { Observed } from './outcome.ts';

/** What some pages of a folder hold, and whether there was more. */
export type Pages = { objects: ListedObject[]; more: boolean };

export type ObjectStore = {
  /** Everything below a location. Policies that share a location share the requests. */
  list: (location: Location) => Promise<Observed<ListedObject[]>>;
  /** At most `pages` requests, from the key after `after` on. */
  pages: (location: Location, pages: number, after?: string) => Promise<Observed<Pages>>;
  /** Encryption and checksums of one object. */
  head: (bucket: string, key: string) => Promise<Observed<ObjectFacts>>;
  /** Requests made so far, of each kind. */
  requests: () => { list: number; head: number };
};

/** All that one run may hold, of all places together; what is judged of an object takes 1 to 2 KB. */
const MAX_LISTED = 200_000;

const CHECKSUMS = [
  ['CRC64NVME', 'ChecksumCRC64NVME'],
  ['CRC32', 'ChecksumCRC32'],
  ['CRC32C', 'ChecksumCRC32C'],
  ['SHA1', 'ChecksumSHA1'],
  ['SHA256', 'ChecksumSHA256'],
] as const;

const factsOf = (head: HeadObjectCommandOutput): ObjectFacts => ({
  etag: (head.ETag ?? '').replaceAll('"', ''),
  bytes: head.ContentLength ?? 0,
  encryption: head.ServerSideEncryption,
  checksums: Object.fromEntries(
    CHECKSUMS.flatMap(([name, field]) => {
      const value = head[field];
      return value === undefined ? [] : [[name, value]];
    }),
  ),
  checksumType: head.ChecksumType,
});

/** Looks at objects for the length of one run. Troubles are answered, not thrown. */
export const createObjectStore = (s3: S3Client, gate: Gate, signal: AbortSignal): ObjectStore => {
  const requests = { list: 0, head: 0 };
  const listing = once<Observed<ListedObject[]>>();
  const onRequest = () => {
    requests.list += 1;
  };
  let held = 0;
  const listAll = async (location: Location): Promise<ListedObject[]> => {
    const objects: ListedObject[] = [];
    for await (const page of listObjects(s3, { ...location, onRequest, signal })) {
      for (const object of page) objects.push(object);
      held += page.length;
      if (held <= MAX_LISTED) continue;
      // What was read of this place is given up, so that smaller ones still find room.
      held -= objects.length;
      throw new TooMuchError(
        `${formatLocation(location)} holds ${objects.length} objects or more, and one run lists ${MAX_LISTED} in all`,
      );
    }
    return objects;
  };
  return {
    list: (location) =>
      listing(formatLocation(location), () => gate(location.bucket, () => listAll(location))),

    pages: (location, pages, after) =>
      gate(location.bucket, async () => {
        const objects: ListedObject[] = [];
        const query = { ...location, startAfter: after, onRequest, signal };
        let token: string | undefined;
        for (let page = 0; page < pages; page += 1) {
          const found = await listPage(s3, query, token);
          objects.push(...found.objects);
          token = found.next;
          if (token === undefined) break;
        }
        return { objects, more: token !== undefined };
      }),

    head: (bucket, key) =>
      gate(bucket, async () => {
        requests.head += 1;
        return factsOf(
          await s3.send(
            new HeadObjectCommand({ Bucket: bucket, Key: key, ChecksumMode: 'ENABLED' }),
            { abortSignal: signal },
          ),
        );
      }),

    requests: () => ({ ...requests }),
  };
};
