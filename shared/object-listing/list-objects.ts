import { ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3';

export type ListedObject = {
  key: string;
  size: number;
  lastModified: Date;
  /** Without quotes. An MD5 of the content only where the upload was a single part without KMS. */
  etag: string;
  storageClass: string;
};

export type Listing = {
  bucket: string;
  prefix: string;
  /** Only keys after this one, in S3's order (UTF-8 bytes). */
  startAfter?: string;
  /** Only what lies in the folder itself, nothing of the folders in it. `prefix` ends with a slash, or is empty. */
  flat?: boolean;
  /** Told once for every request made. */
  onRequest?: () => void;
  signal?: AbortSignal;
};

/** One page, and the token of the next where there is one. */
export type ObjectPage = { objects: ListedObject[]; next?: string };

/**
 * One request: up to 1,000 of a folder's objects in key order. Folder markers (keys that end in `/`) are
 * left out. Errors of the SDK pass through.
 */
export const listPage = async (
  s3: S3Client,
  listing: Listing,
  token?: string,
): Promise<ObjectPage> => {
  listing.onRequest?.();
  const page = await s3.send(
    new ListObjectsV2Command({
      Bucket: listing.bucket,
      Prefix: listing.prefix,
      Delimiter: listing.flat ? '/' : undefined,
      StartAfter: token === undefined ? listing.startAfter : undefined,
      ContinuationToken: token,
    }),
    { abortSignal: listing.signal },
  );
  const objects = (page.Contents ?? []).flatMap(
    ({ Key, Size, LastModified, ETag, StorageClass }) =>
      Key === undefined || LastModified === undefined || Key.endsWith('/')
        ? []
        : [
            {
              key: Key,
              size: Size ?? 0,
              lastModified: LastModified,
              etag: (ETag ?? '').replaceAll('"', ''),
              storageClass: StorageClass ?? 'STANDARD',
            },
          ],
  );
  return { objects, next: page.IsTruncated ? page.NextContinuationToken : undefined };
};

/** All pages of a folder, one request a page and constant memory. */
export async function* listObjects(s3: S3Client, listing: Listing): AsyncGenerator<ListedObject[]> {
  let token: string | undefined;
  do {
    const { objects, next } = await listPage(s3, listing, token);
    yield objects;
    token = next;
  } while (token !== undefined);
}
