import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import type { Entry } from './ledger.ts';

const text = z.object({ S: z.string() }).transform(({ S }) => S);
const number = z.object({ N: z.string() }).transform(({ N }) => Number(N));

const itemSchema = z.object({
  pk: text,
  state: z
    .object({ S: z.enum(['SENDING', 'RETRY', 'SKIPPED', 'DONE', 'QUARANTINED', 'UNKNOWN']) })
    .transform(({ S }) => S),
  writer: text,
  fence: number,
  leaseUntil: number,
  run: text,
  copyId: text,
  sha256: text,
  attempts: number,
  address: text,
  reason: text.optional(),
  expiresAt: number,
});

export type DynamoItem = Record<string, AttributeValue>;

/** The sort key of a message's entry; runs have others. */
export const MESSAGE = 'message';

export const writeEntry = (entry: Entry): DynamoItem => ({
  pk: { S: entry.key },
  sk: { S: MESSAGE },
  state: { S: entry.state },
  writer: { S: entry.owner },
  fence: { N: String(entry.fence) },
  leaseUntil: { N: String(entry.leaseUntil) },
  run: { S: entry.run },
  copyId: { S: entry.copy },
  sha256: { S: entry.hash },
  attempts: { N: String(entry.attempts) },
  address: { S: entry.address },
  ...(entry.reason === undefined ? {} : { reason: { S: entry.reason } }),
  // DynamoDB's time to live is in seconds.
  expiresAt: { N: String(Math.ceil(entry.expiresAt / 1_000)) },
});

/** @throws where the item is none of ours: nobody guesses what became of a message. */
export const readEntry = (item: DynamoItem): Entry => {
  const { pk, writer, copyId, sha256, expiresAt, ...rest } = itemSchema.parse(item);
  return {
    ...rest,
    key: pk,
    owner: writer,
    copy: copyId,
    hash: sha256,
    expiresAt: expiresAt * 1_000,
  };
};
