import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import type { Entry } from './ledger.ts';

const text = z.object({ S: z.string() }).transform(({ S }) => S);

const factsSchema = z.strictObject({
  owner: z.string(),
  fence: z.number().int(),
  leaseUntil: z.number(),
  run: z.string(),
  copy: z.string(),
  hash: z.string(),
  attempts: z.number().int(),
  address: z.string(),
  reason: z.string().optional(),
  expiresAt: z.number(),
});

const itemSchema = z.object({
  pk: text,
  state: z
    .object({ S: z.enum(['SENDING', 'RETRY', 'SKIPPED', 'DONE', 'QUARANTINED', 'UNKNOWN']) })
    .transform(({ S }) => S),
  facts: text,
});

export type DynamoItem = Record<string, AttributeValue>;

/** The sort key of a message's entry; runs have others. */
export const MESSAGE = 'message';

/** What a write must find to be the next one: whoever wrote last, and how often it was written. */
export const holderOf = ({ owner, fence }: Pick<Entry, 'owner' | 'fence'>): string =>
  `${owner}#${fence}`;

/**
 * An attribute each for what DynamoDB itself looks at or a person filters by; everything else is read by
 * `readEntry` alone and stands in one text. Two such items are written for every message, and each further
 * attribute costs time on both sides of the wire.
 */
export const writeEntry = ({ key, state, ...facts }: Entry): DynamoItem => ({
  pk: { S: key },
  sk: { S: MESSAGE },
  state: { S: state },
  holder: { S: holderOf(facts) },
  facts: { S: JSON.stringify(facts) },
  // DynamoDB's time to live is in seconds.
  expiresAt: { N: String(Math.ceil(facts.expiresAt / 1_000)) },
});

/** @throws where the item is none of ours: nobody guesses what became of a message. */
export const readEntry = (item: DynamoItem): Entry => {
  const { pk, state, facts } = itemSchema.parse(item);
  return { key: pk, state, ...factsSchema.parse(JSON.parse(facts)) };
};
