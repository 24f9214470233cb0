import * as z from 'zod';
import {
  decodeForms,
  encodeForms,
  type Finding,
  findingSchema,
  formsSchema,
} from './header-memory.ts';
import type { Blocks } from './read-blocks.ts';

/** What the rotating walk through whole segments has seen. */
export type DeepMemory = {
  /**
   * By form: walked since the sweep began (`read`), damaged (`bad`; without `read` it is to be walked again,
   * and counts as damaged until then), and could not be read (`shut`).
   */
  forms: Map<string, Blocks>;
  /** When this sweep through the archive began, in milliseconds since 1970. */
  sweptSince: number;
  /** When what is damaged or could not be read was last given another turn, in milliseconds since 1970. */
  reopenedAt: number;
  /** Segments walked on each of the last days, by the day's number since 1970. */
  days: [day: number, segments: number][];
  /** The youngest end of a transaction that a walk came by, in milliseconds since 1970. */
  lastCommit?: number;
  /** Segments that recoveries end in, and others that end early. */
  ends: WalkedEnd[];
  /** Examples of what could not be read. */
  shut: Finding[];
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
  /** Absent in what releases wrote that never walked a damaged segment again. */
  reopenedAt: z.number().default(0),
  days: z.array(z.tuple([z.int(), z.int()])),
  lastCommit: z.number().optional(),
  ends: z
    .array(z.object({ name: z.string(), at: z.number().optional(), isEarly: z.boolean() }))
    .default([]),
  shut: z.array(findingSchema).default([]),
});

export const emptyDeepMemory = (now: Date): DeepMemory => ({
  forms: new Map(),
  sweptSince: now.getTime(),
  reopenedAt: now.getTime(),
  days: [],
  ends: [],
  shut: [],
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
