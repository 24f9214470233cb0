import { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { GetObjectCommand, type GetObjectCommandOutput, type S3Client } from '@aws-sdk/client-s3';
import { describeAwsFailure } from '../aws-failure/describe-aws-failure.ts';
import { releasePiece } from '../backup-encoding/release-piece.ts';

/** One version of one object, as a HEAD request described it. */
export type ObjectVersion = {
  bucket: string;
  key: string;
  versionId?: string;
  /** With quotes, as S3 gives it: every part is asked for with `If-Match`, so no two versions mix. */
  etag: string;
  size: number;
};

export type ReadOptions = {
  /** Bytes of one ranged request. */
  partBytes?: number;
  /** Requests under way at once. Memory is at most (parallel + 1) × partBytes. */
  parallel?: number;
  /** Ends the reading; the generator then throws the signal's reason. */
  signal?: AbortSignal;
};

const PART_BYTES = 4 * 1024 * 1024;
const PARALLEL = 3;
const TRIES = 3;
/** Of the network: hundreds of thousands of these in a large object, and nobody else has them. */
const CHUNK_BYTES = 16 * 1024;

/** The service sent fewer bytes than it announced. A retry may help. */
class ShortAnswerError extends Error {
  override readonly name = 'ShortAnswerError';
}

const isWorthATry = (error: unknown): boolean =>
  error instanceof ShortAnswerError ||
  ['timeout', 'unreachable'].includes(describeAwsFailure(error).reason);

/**
 * By events: an iterator would wait for each of some ten thousand chunks of a gigabyte, which costs as much
 * as receiving them.
 *
 * @returns how many bytes came; more than the part holds are refused.
 */
const fill = async (part: Buffer, body: GetObjectCommandOutput['Body']): Promise<number> => {
  if (!(body instanceof Readable)) throw new TypeError('S3 answered without a body');
  let filled = 0;
  body.on('data', (chunk: Buffer) => {
    const room = part.length - filled;
    part.set(chunk.length > room ? chunk.subarray(0, room) : chunk, filled);
    filled += chunk.length;
    releasePiece(chunk, CHUNK_BYTES);
  });
  await finished(body);
  return filled;
};

/** One range, whole. The SDK retries until the answer begins; a body that breaks off is ours to retry. */
const fetchRange = async (
  s3: S3Client,
  { bucket, key, versionId, etag }: ObjectVersion,
  [first, last]: [number, number],
  signal: AbortSignal | undefined,
): Promise<Buffer> => {
  const part = Buffer.allocUnsafeSlow(last - first + 1);
  for (let attempt = 1; ; attempt += 1) {
    try {
      const { Body } = await s3.send(
        new GetObjectCommand({
          Bucket: bucket,
          Key: key,
          VersionId: versionId,
          IfMatch: etag,
          Range: `bytes=${first}-${last}`,
        }),
        { abortSignal: signal },
      );
      const filled = await fill(part, Body);
      if (filled === part.length) return part;
      throw new ShortAnswerError(`${filled} of ${part.length} bytes came`);
    } catch (error) {
      signal?.throwIfAborted();
      if (attempt >= TRIES || !isWorthATry(error)) throw error;
    }
  }
};

/**
 * The bytes of one object version, in order, by ranged requests that run ahead of the reader: constant
 * memory whatever the size. Parts may be kept by the reader; they are not used again.
 *
 * @throws what S3 answers (404, 403, 412 when the object changed), after retries of broken transfers.
 */
export async function* readObject(
  s3: S3Client,
  object: ObjectVersion,
  { partBytes = PART_BYTES, parallel = PARALLEL, signal }: ReadOptions = {},
): AsyncGenerator<Buffer> {
  const stop = new AbortController();
  const either = signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]);
  const ahead: Promise<Buffer>[] = [];
  let next = 0;
  const request = (): void => {
    if (next >= object.size) return;
    const last = Math.min(next + partBytes, object.size) - 1;
    const part = fetchRange(s3, object, [next, last], either);
    // A part that fails while an earlier one is being read is noticed when its turn comes.
    part.catch(() => undefined);
    ahead.push(part);
    next = last + 1;
  };
  try {
    for (let started = 0; started < parallel; started += 1) request();
    for (let part = ahead.shift(); part !== undefined; part = ahead.shift()) {
      const bytes = await part;
      request();
      yield bytes;
    }
  } finally {
    stop.abort();
  }
}

/** The first or last bytes of an object: what tells its outer layer. */
export const readRange = (
  s3: S3Client,
  object: ObjectVersion,
  range: [first: number, last: number],
  signal?: AbortSignal,
): Promise<Buffer> => fetchRange(s3, object, range, signal);
