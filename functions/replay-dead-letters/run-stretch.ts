import type { BatchContext } from './batch-context.ts';
import { createBudget } from './budget.ts';
import { type Depth, decideEmpty } from './decide-empty.ts';
import type { Stop } from './decide-stop.ts';
import type { Identity } from './identify.ts';
import { Pacer } from './pacer.ts';

import { createLane } from './run-lane.ts';
import type { Run, Runs } from './runs.ts';

export type Stretch = {
  run: Run;
  runs: Runs;
  /** Everything of a writer's context but what this stretch makes itself. */
  base: Omit<BatchContext, 'pacer' | 'shard' | 'run' | 'writers'>;
  identity: Identity;
  /** Tells this invocation from every other one. */
  invocation: string;
  /** Nothing is begun after this, in milliseconds since 1970. */
  deadline: number;
  /** How often the circuit had opened when this stretch began. */
  openings: number;
  /** How many messages the run has claimed before: its limit is about them. */
  used: number;
  /** So many of its next messages are sent one after the other. */
  canary: number;
  /** How long a poll waits that asks whether the queue is empty. */
  pollSeconds: number;
  sleep: (ms: number) => Promise<void>;
  /** Tells everybody how far the run is. */
  tell: () => Promise<void>;
};

export type StretchEnd = Stop & {
  openings: number;
  pausedUntil: number;
  lastRefusal?: string | undefined;
};

/** Writers that work side by side: while one waits for the ledger another sends. */
const LANES = 4;
const LOOK_EVERY_MS = 2_000;
const TELL_EVERY_MS = 30_000;
/** With a rate no writer takes more at once than this many seconds of it, so that it can be cancelled. */
const BATCH_SECONDS = 5;
/** After so long without anything new the queue waits, not the code. */
const MOST_POLLS = 8;

/** Ends the stretch when somebody cancels the run, and tells now and then how far it is. */
const lookOut = ({ run, runs, base, tell }: Stretch, pacer: Pacer) => {
  let lookedAt = base.now();
  let toldAt = base.now();
  return async (): Promise<void> => {
    if (base.now() - lookedAt < LOOK_EVERY_MS) return;
    lookedAt = base.now();
    if (lookedAt - toldAt > TELL_EVERY_MS) {
      toldAt = lookedAt;
      await tell();
    }
    const found = await runs.read(run.id);
    if (found?.status === 'running') return;
    pacer.end({ reason: 'cancelled', detail: 'somebody cancelled the run' });
  };
};

const makePacer = ({ run, base, deadline, openings, canary, sleep }: Stretch): Pacer => {
  const { concurrency, rate, stopAtErrorRate } = run.request;
  return new Pacer(
    {
      concurrency,
      perSecond: rate?.perSecond,
      rampUpSeconds: rate?.rampUpSeconds ?? 0,
      startedAt: run.startedAt,
      canary,
      stopAtErrorRate,
    },
    { now: base.now, sleep, deadline },
    openings,
  );
};

/**
 * Works on a run until it is finished, has to stop, or this invocation's time is up. Safe to be ended at any
 * point, and to run beside others of the same run or queue.
 */
export const runStretch = async (stretch: Stretch): Promise<StretchEnd> => {
  const { run, base, runs, identity, invocation, used, pollSeconds } = stretch;
  const pacer = makePacer(stretch);
  const budget = createBudget((run.request.limit ?? Number.POSITIVE_INFINITY) - used);
  const look = lookOut(stretch, pacer);
  // Each has a message in hand at least, and no more are to be in doubt after a crash than may be under way.
  const writers = Math.min(LANES, run.request.concurrency);
  const lanes = Array.from({ length: writers }, (_, index) =>
    createLane({
      context: { ...base, pacer, run: run.id, shard: `${invocation}-${index}`, writers },
      identity,
      budget,
      look,
      most: Math.max(1, Math.ceil((run.request.rate?.perSecond ?? 1_000) * BATCH_SECONDS)),
    }),
  );
  const end = (stop: Stop): StretchEnd => {
    pacer.end(stop);
    const { openings, pausedUntil, lastRefusal } = pacer;
    return { ...(pacer.stop ?? stop), openings, pausedUntil, lastRefusal };
  };
  const [first] = lanes;
  let polls = 0;
  while (pacer.stop === undefined && first !== undefined) {
    if (polls === 0)
      await allOf(
        lanes.map((lane) => lane.work()),
        pacer,
      );
    if (pacer.stop !== undefined) break;
    if (budget.isUsedUp())
      return end({ reason: 'limit-reached', detail: 'as many as were asked for' });
    if (base.now() + pollSeconds * 1_000 >= stretch.deadline) break;
    await look();
    const found = await first.poll(pollSeconds);
    polls = found > 0 ? 0 : polls + 1;
    if (polls === 0) continue;
    const { counts } = await runs.totals(run.id);
    const depth = await base.source.depth();
    const ruling = decideEmpty(polls, depth, counts.skipped);
    if (ruling === 'finished') return end({ reason: 'finished', detail: 'the queue is empty' });
    if (ruling === 'waiting' && polls >= MOST_POLLS) {
      return end({ reason: 'waiting', detail: describeWaiting(depth) });
    }
  }
  return end({ reason: 'out-of-time', detail: 'this stretch is over' });
};

const describeWaiting = ({ visible, inFlight, delayed }: Depth): string =>
  `about ${visible + inFlight + delayed} messages in the queue have their next turn later: after their last try, or ten minutes after a filter left them`;

/** One writer's fault ends the others' work in order, and is told after that. */
const allOf = async (works: Promise<void>[], pacer: Pacer): Promise<void> => {
  const ended = await Promise.allSettled(
    works.map((work) =>
      work.catch((error: unknown) => {
        pacer.end({ reason: 'interrupted', detail: 'a service could not be reached' });
        throw error;
      }),
    ),
  );
  const failed = ended.find((one) => one.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
};
