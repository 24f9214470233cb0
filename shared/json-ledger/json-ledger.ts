import {
  DeleteObjectCommand,
  GetObjectCommand,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import type * as z from 'zod';
import { describeAwsFailure } from '../aws-failure/describe-aws-failure.ts';
import { listObjects } from '../object-listing/list-objects.ts';

/** A record and the ETag that its next version must match. */
export type Stored<T> = { value: T; etag: string };

export type JsonLedger = {
  /**
   * The record under a key. A record that does not fit the schema (written by another version of the
   * function, or damaged) answers `value: undefined` with its ETag, so that it can be replaced.
   */
  read<T>(key: string, schema: z.ZodType<T>): Promise<Stored<T | undefined> | undefined>;
  /**
   * Writes only if nothing changed since it was read: no `etag` = must not exist yet. Answers false
   * when another writer was first; nothing is written then, and the caller reads again.
   */
  write(key: string, value: unknown, etag: string | undefined): Promise<boolean>;
  /** Deletes a record. Deleting what is gone is no error. */
  remove(key: string): Promise<void>;
  /** Keys below a folder of the ledger. */
  keys(prefix: string): AsyncGenerator<string>;
};

const PRECONDITION_FAILED = 412;
const CONFLICT = 409;
/** `If-Match` on what another one deleted meanwhile. Of a bucket that is missing the name is another. */
const isGone = (error: unknown): boolean => error instanceof Error && error.name === 'NoSuchKey';

const status = (error: unknown): number | undefined => {
  const metadata = error instanceof Error ? Reflect.get(error, '$metadata') : undefined;
  const code = metadata instanceof Object ? Reflect.get(metadata, 'httpStatusCode') : undefined;
  return typeof code === 'number' ? code : undefined;
};

/**
 * A function's own record of what it did: small JSON objects in a bucket that no other function
 * reads, changed only by conditional writes (S3 `If-None-Match: *` and `If-Match`).
 */
export const createJsonLedger = (s3: S3Client, bucket: string): JsonLedger => ({
  async read(key, schema) {
    try {
      const { Body, ETag } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
      const text = (await Body?.transformToString('utf8')) ?? '';
      return { value: parseRecord(text, schema), etag: ETag ?? '' };
    } catch (error) {
      if (describeAwsFailure(error).reason === 'not-found') return undefined;
      throw error;
    }
  },

  async write(key, value, etag) {
    try {
      await s3.send(
        new PutObjectCommand({
          Bucket: bucket,
          Key: key,
          Body: JSON.stringify(value),
          ContentType: 'application/json',
          ...(etag === undefined ? { IfNoneMatch: '*' } : { IfMatch: etag }),
        }),
      );
      return true;
    } catch (error) {
      const code = status(error);
      if (code === PRECONDITION_FAILED || code === CONFLICT || isGone(error)) return false;
      throw error;
    }
  },

  async remove(key) {
    await s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }));
  },

  async *keys(prefix) {
    for await (const page of listObjects(s3, { bucket, prefix })) {
      yield* page.map((object) => object.key);
    }
  },
});

const parseRecord = <T>(text: string, schema: z.ZodType<T>): T | undefined => {
  try {
    return schema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
};
