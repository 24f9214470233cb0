import type { Entry, State } from './ledger.ts';

export type ClaimFacts = {
  /** What the ledger holds of the message; absent: nothing. */
  entry: Entry | undefined;
  copy: string;
  hash: string;
  run: string;
  /** What the receiver does with a message that it gets twice. */
  receiver: 'strict' | 'idempotent';
  /** Parked messages that this run is to send all the same. */
  reopens: 'QUARANTINED' | 'UNKNOWN' | undefined;
  /** Milliseconds since 1970. */
  now: number;
};

export const OTHER_BODY = 'same-id-other-body';

export type Claim =
  /**
   * Ours. `counted`: this run counted it before. `takenFrom`: the run that counted it as pending. `reopened`: it
   * was parked so.
   */
  | {
      decision: 'claim';
      counted: boolean;
      takenFrom?: string;
      reopened?: 'QUARANTINED' | 'UNKNOWN';
    }
  /** Another copy of a message that is dealt with. */
  | { decision: 'remove'; as: 'duplicate' }
  /** This very copy was dealt with by this run, and its removal failed or was never reached. */
  | { decision: 'remove'; as: 'settled' }
  /** Somebody else works on it, or it has another turn coming. */
  | { decision: 'leave'; forMs: number }
  /** The same id with another body. */
  | { decision: 'quarantine'; reason: typeof OTHER_BODY }
  /** It may have been sent, and must not be sent twice. */
  | { decision: 'park'; reason: string; counted: boolean; takenFrom?: string };

const PENDING: ReadonlySet<State> = new Set(['SENDING', 'RETRY', 'SKIPPED']);

/** Who counted it so far. A pending message moves from one run's numbers to another's. */
const whoCounted = (entry: Entry, run: string) => {
  if (entry.run === run) return { counted: PENDING.has(entry.state) };
  return PENDING.has(entry.state) ? { counted: false, takenFrom: entry.run } : { counted: false };
};

/**
 * Whether a message that was just received may be sent, from what the ledger holds of it. An entry that has
 * expired counts as absent, since DynamoDB deletes late.
 */
export const decideClaim = (facts: ClaimFacts): Claim => {
  const { entry, copy, hash, run, receiver, reopens, now } = facts;
  if (entry === undefined || entry.expiresAt <= now) return { decision: 'claim', counted: false };
  const changed = entry.hash !== hash;
  const reopened = reopens !== undefined && entry.state === reopens && entry.run !== run;
  if (changed && !reopened) return { decision: 'quarantine', reason: OTHER_BODY };
  switch (entry.state) {
    case 'RETRY':
    case 'SKIPPED':
      return entry.leaseUntil > now
        ? { decision: 'leave', forMs: entry.leaseUntil - now }
        : { decision: 'claim', ...whoCounted(entry, run) };
    case 'SENDING':
      if (entry.leaseUntil > now) return { decision: 'leave', forMs: entry.leaseUntil - now };
      return receiver === 'idempotent'
        ? { decision: 'claim', ...whoCounted(entry, run) }
        : { decision: 'park', reason: 'interrupted-while-sending', ...whoCounted(entry, run) };
    case 'DONE':
    case 'QUARANTINED':
    case 'UNKNOWN':
      if (reopened) return { decision: 'claim', counted: false, reopened: reopens };
      return entry.copy === copy && entry.run === run
        ? { decision: 'remove', as: 'settled' }
        : { decision: 'remove', as: 'duplicate' };
  }
};
