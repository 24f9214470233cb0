import { createHash, hash } from 'node:crypto';

/** Of a body's UTF-8 bytes, as 64 hex digits. */
export const hashBody = (body: string): string => hash('sha256', body, 'hex');

/** A message attribute as the SQS client gives it. */
export type QueueAttribute = {
  DataType?: string | undefined;
  StringValue?: string | undefined;
  BinaryValue?: Uint8Array | undefined;
};

/**
 * Identifies a message that was delivered raw, whose SNS MessageId is gone: the body's hash, and with
 * attributes a hash of both. Their order makes no difference. Two publications of the same text and the
 * same attributes have one key; nothing that is left of them tells them apart.
 */
export const fallbackKey = (
  sha256: string,
  attributes: Readonly<Record<string, QueueAttribute>> = {},
): string => {
  const names = Object.keys(attributes).sort();
  if (names.length === 0) return sha256;
  const parts = names.map((name) => {
    const { DataType = '', StringValue, BinaryValue } = attributes[name] ?? {};
    const binary = BinaryValue === undefined ? '' : Buffer.from(BinaryValue).toString('base64');
    return [name, DataType, StringValue ?? '', binary];
  });
  return createHash('sha256')
    .update(JSON.stringify([sha256, parts]))
    .digest('hex');
};
