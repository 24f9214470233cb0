/** What was read after so long, counted from the beginning of the object. */
export type Sample = { atMs: number; bytes: number };

export type BudgetFacts = {
  /** Of the whole object. */
  size: number;
  /** For the whole of it, from the first byte on. */
  budgetMs: number;
  /** Of the function; unknown outside Lambda. */
  memoryMb?: number;
  /** In order, the newest last. */
  samples: readonly Sample[];
};

/** What a reading that cannot end says of itself. */
export type Estimate = {
  bytesRead: number;
  bytesPerSecond: number;
  /** For the whole object at this speed. */
  neededSeconds: number;
  /** The least memory with which it may end in time; absent: no Lambda has enough. */
  enoughMemoryMb?: number;
};

export type Budget = { decision: 'read-on' } | { decision: 'stop'; estimate: Estimate };

/** Nobody judges a speed by its first seconds: connections open, keys are fetched. */
const MEASURED_MS = 15_000;
/** A slow moment is no slow object: of all moments and the last one the faster counts. */
const RECENT_MS = 30_000;
/** At the beginning it is stopped only where even twice the speed would not do. */
const FIRST_MARGIN = 1;
/** Above this the last seconds decide: reading then goes on until time is up. */
const LAST_MARGIN = 0.05;

/**
 * Processor time by memory. Source: AWS Lambda's documentation, "Configure Lambda function memory": one whole
 * vCPU at 1,769 MB, and in proportion to it.
 */
const WHOLE_CPU_MB = 1_769;
/** With a second one decompression runs beside the rest; a third has nothing to do. */
export const MOST_HELPFUL_MB = 2 * WHOLE_CPU_MB;
const SECOND_CPU_HELPS = 0.6;
/** Lambda ends every invocation after 15 minutes; the rest is left for the report. */
const LONGEST_SECONDS = 880;
/** So that what just ends today does so tomorrow too. */
const RESERVE = 1.15;
const STEP_MB = 64;

/** How much faster the work goes than on one whole processor. */
const speedOf = (memoryMb: number): number => {
  const processors = Math.min(memoryMb, MOST_HELPFUL_MB) / WHOLE_CPU_MB;
  return processors <= 1 ? processors : 1 + SECOND_CPU_HELPS * (processors - 1);
};

const findMemory = (neededSeconds: number, memoryMb: number): number | undefined => {
  const needed = (speedOf(memoryMb) * neededSeconds * RESERVE) / LONGEST_SECONDS;
  for (let mb = (Math.floor(memoryMb / STEP_MB) + 1) * STEP_MB; ; mb += STEP_MB) {
    const memory = Math.min(mb, MOST_HELPFUL_MB);
    if (memory > memoryMb && speedOf(memory) >= needed) return memory;
    if (mb >= MOST_HELPFUL_MB) return undefined;
  }
};

const speedSince = (samples: readonly Sample[], sinceMs: number): number => {
  const newest = samples.at(-1);
  const oldest = samples.find(({ atMs }) => atMs >= sinceMs);
  if (newest === undefined || oldest === undefined || newest.atMs <= oldest.atMs) return 0;
  return ((newest.bytes - oldest.bytes) * 1000) / (newest.atMs - oldest.atMs);
};

/** What can be said of a reading, whether or not it will end. */
export const estimateReading = ({ size, memoryMb, samples }: BudgetFacts): Estimate => {
  const { atMs, bytes: bytesRead } = samples.at(-1) ?? { atMs: 0, bytes: 0 };
  const overall = atMs > 0 ? (bytesRead * 1000) / atMs : 0;
  const bytesPerSecond = Math.max(overall, speedSince(samples, atMs - RECENT_MS));
  const neededSeconds = bytesPerSecond > 0 ? size / bytesPerSecond : Number.POSITIVE_INFINITY;
  const enoughMemoryMb = memoryMb === undefined ? undefined : findMemory(neededSeconds, memoryMb);
  return {
    bytesRead,
    bytesPerSecond,
    neededSeconds,
    ...(enoughMemoryMb !== undefined && { enoughMemoryMb }),
  };
};

/**
 * Whether reading on makes sense: it does not where the rest cannot be read in the time that is left, also
 * if it went faster than until now: twice as fast at the beginning, and less so the later it is. Pure;
 * asked again and again while reading.
 */
export const decideBudget = (facts: BudgetFacts): Budget => {
  const { atMs, bytes } = facts.samples.at(-1) ?? { atMs: 0, bytes: 0 };
  if (atMs < MEASURED_MS || facts.budgetMs <= 0) return { decision: 'read-on' };
  const estimate = estimateReading(facts);
  const share = Math.max(0, 1 - atMs / facts.budgetMs);
  const margin = LAST_MARGIN + (FIRST_MARGIN - LAST_MARGIN) * share;
  const leftMs = ((facts.size - bytes) * 1000) / (estimate.bytesPerSecond * (1 + margin));
  return leftMs > facts.budgetMs - atMs ? { decision: 'stop', estimate } : { decision: 'read-on' };
};
