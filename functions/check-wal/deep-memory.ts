import * as z from 'zod';
import { decodeForms, encodeForms, formsSchema } from './header-memory.ts';
import type { Blocks } from './read-blocks.ts';

/** What the rotating walk through whole segments has seen. */
export type DeepMemory = {
  /** Walked since the sweep began (`read`), and damaged (`bad`). By form. */
  forms: Map<string, Blocks>;
  /** When this sweep through the archive began, in milliseconds since 1970. */
  sweptSince: number;
  /** Segments walked on each of the last days, by the day's number since 1970. */
  days: [day: number, segments: number][];
  /** The youngest end of a transaction that a walk came by, in milliseconds since 1970. */
  lastCommit?: number;
  /** Segments that recoveries end in, and others that end early. */
  ends: WalkedEnd[];
};

/** A file that was walked, of which more is known than that it is whole. */
export type WalkedEnd = {
  name: string;
  /** Its last transaction, else its last checkpoint, in milliseconds since 1970. */
  at?: number;
  /** Its WAL ends before its last byte, which is right only where nothing follows. */
  isEarly: boolean;
};

export const deepMemorySchema = z.object({
  forms: formsSchema,
  sweptSince: z.number(),
  days: z.array(z.tuple([z.int(), z.int()])),
  lastCommit: z.number().optional(),
  ends: z
    .array(z.object({ name: z.string(), at: z.number().optional(), isEarly: z.boolean() }))
    .default([]),
});

export const emptyDeepMemory = (now: Date): DeepMemory => ({
  forms: new Map(),
  sweptSince: now.getTime(),
  days: [],
  ends: [],
});

export const encodeDeep = ({ forms, ...rest }: DeepMemory): z.infer<typeof deepMemorySchema> => ({
  ...rest,
  forms: encodeForms(forms),
});

export const decodeDeep = ({ forms, ...rest }: z.infer<typeof deepMemorySchema>): DeepMemory => ({
  ...rest,
  forms: decodeForms(forms),
});

const DAY_MS = 86_400_000;
const DAYS_KEPT = 7;

/** Adds what was walked today, and forgets what was walked more than a week ago. */
export const countDay = (
  days: DeepMemory['days'],
  segments: number,
  now: Date,
): DeepMemory['days'] => {
  const today = Math.floor(now.getTime() / DAY_MS);
  const counts = new Map(days.filter(([day]) => day > today - DAYS_KEPT));
  if (segments > 0) counts.set(today, (counts.get(today) ?? 0) + segments);
  return [...counts];
};
