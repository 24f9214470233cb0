import type { Item } from './copy.ts';
import type { Ledger, State } from './ledger.ts';
import type { Pacer } from './pacer.ts';
import type { Archive, Destination, Source } from './ports.ts';

/** What every step of one batch of one writer needs. */
export type BatchContext = {
  source: Source;
  archive: Archive;
  ledger: Ledger;
  destination: Destination;
  pacer: Pacer;
  run: string;
  /** Tells this writer from every other one, of this run and of others. */
  shard: string;
  /** How many such writers the process has. */
  writers: number;
  receiver: 'strict' | 'idempotent';
  reopens: Extract<State, 'QUARANTINED' | 'UNKNOWN'> | undefined;
  maxAttempts: number;
  pageIsSuccess: boolean;
  /** Whether a message is to be sent by this run. */
  isWanted: (item: Item) => boolean;
  /** The longest that one request may take, in milliseconds. */
  timeoutMs: number;
  now: () => number;
};

/** Longer than any request to a receiver, and shorter than a received copy stays hidden. */
export const LEASE_MS = 60_000;
export const VISIBILITY_SECONDS = 150;
/** DONE is kept so long, and so a copy that turns up within it is known. SQS keeps none longer than 14 days. */
export const KEEP_MS = 45 * 86_400_000;
/** A run and its numbers are kept so long. */
export const RUN_KEEP_MS = 2 * KEEP_MS;
/** Nothing is removed from where it is parked: what was sent from there must be known for good. */
export const KEEP_PARKED_MS = 20 * 365 * 86_400_000;

/** How long what is written down is kept. */
export const keepMsOf = ({ reopens }: Pick<BatchContext, 'reopens'>): number =>
  reopens === undefined ? KEEP_MS : KEEP_PARKED_MS;

/** A message that a filter left is not looked at again for so long. */
export const SKIP_MS = 600_000;
