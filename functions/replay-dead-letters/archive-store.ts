import { createHash } from 'node:crypto';
import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { writeLine } from './archive-line.ts';
import type { Places } from './make-report.ts';
import type { Archive, ParkedAs } from './ports.ts';

/** Where what was parked of a webhook lies, whichever run parked it. */
export const parkedPrefix = (as: ParkedAs, webhook: string): string => `${as}/${webhook}/`;

/** Where one run keeps what it receives, and where what it parks lies beside that of other runs. */
export const archivePrefixes = (webhook: string, run: string) => ({
  messages: `archive/${webhook}/${run}/`,
  quarantine: parkedPrefix('quarantine', webhook),
  unknown: parkedPrefix('unknown', webhook),
});

export const archivePlaces = (bucket: string, webhook: string, run: string): Places => {
  const { messages, quarantine, unknown } = archivePrefixes(webhook, run);
  return {
    messages: `s3://${bucket}/${messages}`,
    quarantine: `s3://${bucket}/${quarantine}`,
    unknown: `s3://${bucket}/${unknown}`,
  };
};

/** Objects of lines of JSON, one line for each message. */
export const createArchive = (
  s3: S3Client,
  bucket: string,
  { webhook, run }: { webhook: string; run: string },
): Archive => {
  const prefixes = archivePrefixes(webhook, run);
  const put = async (Key: string, lines: readonly string[]) => {
    const Body = Buffer.from(`${lines.join('\n')}\n`);
    const ContentType = 'application/x-ndjson';
    await s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body, ContentType }));
    return {
      address: `s3://${bucket}/${Key}`,
      sha256: createHash('sha256').update(Body).digest('hex'),
    };
  };
  return {
    keep: (name, items) =>
      put(
        `${prefixes.messages}${name}.ndjson`,
        items.map((item) => writeLine(item)),
      ),
    async park(as, name, parked) {
      const lines = parked.map(({ item, reason }) => writeLine(item, reason));
      await put(`${prefixes[as]}${run}/${name}.ndjson`, lines);
    },
  };
};
