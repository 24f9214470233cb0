import { createHash } from 'node:crypto';
import * as z from 'zod';
import type { Item } from './copy.ts';

/**
 * One line of an archive object: a copy as it was received. `body` is the original text, so that its UTF-8
 * bytes are the original bytes.
 */
export const archiveLineSchema = z.object({
  key: z.string(),
  /** The SQS MessageId. */
  copy: z.string(),
  idempotencyKey: z.string(),
  messageId: z.string().optional(),
  topic: z.string().optional(),
  subscription: z.string().optional(),
  publishedAt: z.iso.datetime().optional(),
  sentAt: z.iso.datetime().optional(),
  raw: z.boolean(),
  /** Of `body`. */
  sha256: z.string(),
  /** Of the body as it lay in the queue, where a transform changed it. */
  origin: z.string().optional(),
  /** Of what is parked. */
  reason: z.string().optional(),
  /** Binary values as base64. */
  attributes: z.record(
    z.string(),
    z.object({
      DataType: z.string().optional(),
      StringValue: z.string().optional(),
      BinaryValue: z.string().optional(),
    }),
  ),
  body: z.string(),
});

export type ArchiveLine = z.infer<typeof archiveLineSchema>;

const attributesOf = ({ copy }: Item): ArchiveLine['attributes'] =>
  Object.fromEntries(
    Object.entries(copy.attributes).map(([name, { DataType, StringValue, BinaryValue }]) => [
      name,
      {
        DataType,
        StringValue,
        BinaryValue: BinaryValue && Buffer.from(BinaryValue).toString('base64'),
      },
    ]),
  );

const sha256Of = ({ copy, hash }: Item): string =>
  copy.origin === undefined ? hash : createHash('sha256').update(copy.body).digest('hex');

/** Without the line's end. */
export const writeLine = (item: Item, reason?: string): string =>
  JSON.stringify({
    key: item.key,
    copy: item.copy.id,
    idempotencyKey: item.idempotencyKey,
    messageId: item.messageId,
    topic: item.topic,
    subscription: item.subscription,
    publishedAt: item.publishedAt?.toISOString(),
    sentAt: item.copy.sentAt?.toISOString(),
    raw: item.raw,
    sha256: sha256Of(item),
    origin: item.copy.origin === sha256Of(item) ? undefined : item.copy.origin,
    reason,
    attributes: attributesOf(item),
    body: item.copy.body,
  } satisfies ArchiveLine);
