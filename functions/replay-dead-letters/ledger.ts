/**
 * - `SENDING`: somebody owns it and may have sent it.
 * - `RETRY`: it is known not to have been taken; whoever comes next sends it.
 * - `SKIPPED`: a run looked at it and left it where it was.
 * - `DONE`: the receiver took it.
 * - `QUARANTINED`: it was not taken and will not be without a change.
 * - `UNKNOWN`: whether the receiver took it cannot be known, and it must not get it twice.
 */
export type State = 'SENDING' | 'RETRY' | 'SKIPPED' | 'DONE' | 'QUARANTINED' | 'UNKNOWN';

/** What is known of one message at one destination. Times are milliseconds since 1970. */
export type Entry = {
  key: string;
  state: State;
  /** Who wrote it; no other writes over it while `leaseUntil` has not come. */
  owner: string;
  /** Grows with every write: whoever holds an older one has lost the entry. */
  fence: number;
  leaseUntil: number;
  /** The run that counts it. */
  run: string;
  /** The copy that it was sent from. */
  copy: string;
  /** SHA-256 of its body. */
  hash: string;
  /** How often it was sent and answered with a refusal. */
  attempts: number;
  /** The archive's address of its body. */
  address: string;
  reason?: string | undefined;
  /** After this it counts as not there. DynamoDB deletes it days later. */
  expiresAt: number;
};

/** Written only where the entry is still what was seen: absent, or of the same owner and fence. */
export type Change = { seen: Entry | undefined; next: Entry };

/** Numbers of one run that grow together with the entries they count. */
export type Counts = {
  received: number;
  done: number;
  duplicates: number;
  quarantined: number;
  unknown: number;
  /** Of those pending: looked at and left where they were. */
  skipped: number;
};

export const NOTHING: Counts = {
  received: 0,
  done: 0,
  duplicates: 0,
  quarantined: 0,
  unknown: 0,
  skipped: 0,
};

/** One writer's part of a run's numbers. Two writers never share one, so they do not wait for each other. */
export type Tally = {
  run: string;
  shard: string;
  counts: Partial<Counts>;
  /** More messages that this writer archived, and its chain over all of its archive objects. */
  archived?: { messages: number; chain: string };
};

/** Where nothing was written: what is there, by the keys of the changes that did not fit. */
export type Refusal = ReadonlyMap<string, Entry | undefined>;

export type Ledger = {
  /**
   * Writes all changes and all tallies, or none of them. May be called again with the same arguments only
   * by itself, after a lost answer.
   *
   * @param changes 90 at most, of distinct keys.
   * @returns undefined when written, else the refusal.
   * @throws where the table cannot be reached; whether it was written is then not known.
   */
  write(changes: readonly Change[], tallies: readonly Tally[]): Promise<Refusal | undefined>;
  /** What is there of up to 90 distinct keys. */
  find(keys: readonly string[]): Promise<ReadonlyMap<string, Entry>>;
};

/** What a transaction of DynamoDB takes is 100; the rest is for tallies. */
export const MAX_CHANGES = 90;
