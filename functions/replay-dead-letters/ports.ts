import type { Copy, Item } from './copy.ts';
import type { Answer } from './decide-answer.ts';
import type { Depth } from './decide-empty.ts';

/** Where messages lie. What is received is hidden from others for a while, and comes back if nobody removes it. */
export type Source = {
  /** Up to `max` copies; waits up to `waitSeconds` for the first. None does not mean that there are none. */
  receive(max: number, waitSeconds: number): Promise<Copy[]>;
  /** Takes copies away for ever, and answers those that it did not take away. */
  remove(copies: readonly Copy[]): Promise<Copy[]>;
  /** Hides copies for so long from now on; 0 gives them back at once. What fails comes back by itself. */
  hide(copies: readonly Copy[], seconds: number): Promise<void>;
  depth(): Promise<Depth>;
};

/** Where messages go. */
export type Destination = {
  /** Stable; part of every key of the ledger. Holds no secret. */
  id: string;
  /** How many messages one request may hold. */
  batch: number;
  /** One answer for each message, in order. Never throws; ends within the time-out. */
  send(items: readonly Item[]): Promise<Answer[]>;
};

export type Kept = { address: string; sha256: string };

export type ParkedAs = 'quarantine' | 'unknown';

/** Every body that was ever received. Nothing is removed from a queue before it is here. */
export type Archive = {
  /** Writes one object with a line for each copy, in order. Writing it again is harmless. */
  keep(name: string, items: readonly Item[]): Promise<Kept>;
  /** Writes parked messages, with their reasons, where a later run finds them. */
  park(as: ParkedAs, name: string, items: readonly { item: Item; reason: string }[]): Promise<void>;
};
