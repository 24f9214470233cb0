/** A message attribute of a queue. */
export type Attribute = {
  DataType?: string | undefined;
  StringValue?: string | undefined;
  BinaryValue?: Uint8Array | undefined;
};

/** One copy of a message, as it was taken from where it lay. The same message may lie there twice. */
export type Copy = {
  /** Tells it from every other copy: the SQS MessageId, which is not that of SNS. */
  id: string;
  /** What gives it back or removes it. */
  receipt: string;
  body: string;
  attributes: Readonly<Record<string, Attribute>>;
  /** SHA-256 of the body as it lay in the queue, where it was changed since. */
  origin?: string | undefined;
  /** When it was put there; absent where nobody knows. */
  sentAt?: Date | undefined;
  /** Why it cannot be replayed, where that is known before it is read. */
  fault?: string | undefined;
  /** Its id is that of another message: it has an entry of its own in the ledger. */
  apart?: boolean | undefined;
};

/** A copy and what is known of the message that it is one of. */
export type Item = {
  copy: Copy;
  /** Of the message in the ledger: destination, topic, SNS MessageId. */
  key: string;
  /** SHA-256 of the body as it lay in the queue, 64 hex digits. */
  hash: string;
  /** What the receiver recognises a second delivery by. */
  idempotencyKey: string;
  topic?: string | undefined;
  messageId?: string | undefined;
  subscription?: string | undefined;
  /** When it was published; absent in a message without its envelope. */
  publishedAt?: Date | undefined;
  raw: boolean;
  /** Why it cannot be replayed as it is. */
  fault?: string | undefined;
  /** Where its body is kept. */
  address: string;
};
