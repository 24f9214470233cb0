import { ListObjectsV2Command, ListObjectVersionsCommand, type S3Client } from '@aws-sdk/client-s3';
import { describeAwsFailure } from '../../shared/aws-failure/describe-aws-failure.ts';
import type { Location } from '../../shared/plan/location.ts';
import type { ListedFile, ListNames, Page } from './listing.ts';

const ARCHIVES: ReadonlySet<string> = new Set(['GLACIER', 'DEEP_ARCHIVE']);

type Entry = {
  Key?: string;
  Size?: number;
  LastModified?: Date;
  ETag?: string;
  StorageClass?: string;
  IsLatest?: boolean;
};

type Means = { signal: AbortSignal; onRequest: () => void };

const fileOf = (entry: Entry, prefix: string): ListedFile[] => {
  const { Key, Size = 0, LastModified, ETag = '', StorageClass = '' } = entry;
  if (Key === undefined || LastModified === undefined || Key.endsWith('/')) return [];
  const archived = ARCHIVES.has(StorageClass);
  const name = Key.slice(prefix.length);
  return [{ name, size: Size, lastModified: LastModified, etag: ETag, archived }];
};

const isLater = (a: string, b: string): boolean =>
  Buffer.compare(Buffer.from(a), Buffer.from(b)) > 0;

/** Current files; those that have older versions with other bytes are marked. */
const filesOf = (versions: readonly Entry[], prefix: string): ListedFile[] => {
  const older = new Map<string, Entry[]>();
  for (const one of versions) {
    if (one.IsLatest || one.Key === undefined) continue;
    older.set(one.Key, [...(older.get(one.Key) ?? []), one]);
  }
  return versions
    .filter(({ IsLatest }) => IsLatest)
    .flatMap((current) => {
      const before = current.Key === undefined ? [] : (older.get(current.Key) ?? []);
      const rewritten = before.some(
        ({ ETag, Size }) => ETag !== current.ETag || Size !== current.Size,
      );
      return fileOf(current, prefix).map((file) => ({ ...file, rewritten }));
    });
};

/**
 * Lists an archive with all versions of each name: for the same price and in as many requests as without,
 * unless most of a page are old versions. Where that is not allowed it lists what is current.
 */
export const createLister = (
  s3: S3Client,
  { bucket, prefix }: Location,
  { signal, onRequest }: Means,
): { list: ListNames; seesVersions: () => boolean } => {
  let seesVersions = true;
  const request = (after: string | undefined, maxNames: number | undefined) => ({
    Bucket: bucket,
    Prefix: prefix,
    MaxKeys: maxNames,
    after: after === undefined ? undefined : prefix + after,
  });

  const listCurrent: ListNames = async ({ after, maxNames }) => {
    onRequest();
    const { after: StartAfter, ...query } = request(after, maxNames);
    const { Contents = [], IsTruncated: more = false } = await s3.send(
      new ListObjectsV2Command({ ...query, StartAfter }),
      { abortSignal: signal },
    );
    const files = Contents.flatMap((entry) => fileOf(entry, prefix));
    return { files, last: Contents.at(-1)?.Key?.slice(prefix.length), more };
  };

  const listVersions: ListNames = async ({ after, maxNames }): Promise<Page> => {
    onRequest();
    const { after: KeyMarker, ...query } = request(after, maxNames);
    const answer = await s3.send(new ListObjectVersionsCommand({ ...query, KeyMarker }), {
      abortSignal: signal,
    });
    const { Versions = [], DeleteMarkers = [], IsTruncated: more = false } = answer;
    const keys = [Versions.at(-1)?.Key, DeleteMarkers.at(-1)?.Key].flatMap((key) => key ?? []);
    const end = keys.reduce((a, b) => (isLater(a, b) ? a : b), '');
    // A page may end between the versions of one name, which is then read whole with the next page.
    const whole = Versions.filter(({ Key }) => !more || Key !== end);
    const others = [...whole, ...DeleteMarkers.filter(({ Key }) => Key !== end)];
    if (others.length === 0 || !more) {
      return {
        files: filesOf(Versions, prefix),
        last: end.slice(prefix.length) || undefined,
        more,
      };
    }
    const last = others.reduce((most, { Key = '' }) => (isLater(Key, most) ? Key : most), '');
    return { files: filesOf(whole, prefix), last: last.slice(prefix.length), more };
  };

  return {
    seesVersions: () => seesVersions,
    list: async (query) => {
      if (!seesVersions) return listCurrent(query);
      try {
        return await listVersions(query);
      } catch (error) {
        if (describeAwsFailure(error).reason !== 'access-denied') throw error;
        seesVersions = false;
        return listCurrent(query);
      }
    },
  };
};
