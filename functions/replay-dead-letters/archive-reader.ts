import { Readable } from 'node:stream';
import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { listObjects } from '../../shared/object-listing/list-objects.ts';
import { type ArchiveLine, archiveLineSchema } from './archive-line.ts';

export type ArchivedMessage = { address: string; line: ArchiveLine };

const LINE_FEED = 0x0a;

/**
 * The lines of an object, without their ends. Cut at line feeds alone: `node:readline` also cuts at U+2028 and
 * U+2029, which stand in JSON as they are.
 */
export async function* readLines(body: Readable): AsyncGenerator<string> {
  let open: Buffer[] = [];
  for await (const chunk of body) {
    const bytes = Buffer.from(chunk);
    let start = 0;
    for (let end = bytes.indexOf(LINE_FEED); end >= 0; end = bytes.indexOf(LINE_FEED, start)) {
      yield Buffer.concat([...open, bytes.subarray(start, end)]).toString();
      open = [];
      start = end + 1;
    }
    if (start < bytes.length) open.push(bytes.subarray(start));
  }
  if (open.length > 0) yield Buffer.concat(open).toString();
}

/** What is wrong with a line may be said; what stands in it may not. */
const parseLine = (text: string, address: string): ArchiveLine => {
  try {
    return archiveLineSchema.parse(JSON.parse(text));
  } catch {
    throw new Error(`${address} is no line that replay-dead-letters wrote`);
  }
};

async function* linesOf(
  s3: S3Client,
  bucket: string,
  key: string,
): AsyncGenerator<ArchivedMessage> {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
  if (!(Body instanceof Readable)) return;
  let number = 0;
  for await (const text of readLines(Body)) {
    number += 1;
    if (text === '') continue;
    const address = `s3://${bucket}/${key}#${number}`;
    yield { address, line: parseLine(text, address) };
  }
}

/** Every line of the archive's objects below a folder, one after the other, in constant memory. */
export const createArchiveReader = (s3: S3Client, bucket: string) =>
  async function* (prefix: string): AsyncGenerator<ArchivedMessage> {
    for await (const page of listObjects(s3, { bucket, prefix })) {
      for (const { key } of page) yield* linesOf(s3, bucket, key);
    }
  };
