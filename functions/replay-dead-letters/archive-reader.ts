import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { listObjects } from '../../shared/object-listing/list-objects.ts';
import { type ArchiveLine, archiveLineSchema } from './archive-line.ts';

export type ArchivedMessage = { address: string; line: ArchiveLine };

async function* linesOf(
  s3: S3Client,
  bucket: string,
  key: string,
): AsyncGenerator<ArchivedMessage> {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
  if (!(Body instanceof Readable)) return;
  let number = 0;
  for await (const text of createInterface({ input: Body, crlfDelay: Number.POSITIVE_INFINITY })) {
    number += 1;
    if (text === '') continue;
    const line = archiveLineSchema.parse(JSON.parse(text));
    yield { address: `s3://${bucket}/${key}#${number}`, line };
  }
}

/** Every line of the archive's objects below a folder, one after the other, in constant memory. */
export const createArchiveReader = (s3: S3Client, bucket: string) =>
  async function* (prefix: string): AsyncGenerator<ArchivedMessage> {
    for await (const page of listObjects(s3, { bucket, prefix })) {
      for (const { key } of page) yield* linesOf(s3, bucket, key);
    }
  };
