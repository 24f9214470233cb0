import { setTimeout as sleep } from 'node:timers/promises';
import type { Receiver, ReplayCloud } from './replay-cloud.ts';
import type { ReplayFunction } from './replay-function.ts';

/** More at once would say nothing more about the function's memory. */
const MOST_WAITING = 1_000;
const FILL = 200;

/** Publishes while the function replays, so that the queue is never empty before all has been published. */
const feed = async (cloud: ReplayCloud, receiver: Receiver, messages: number): Promise<void> => {
  for (let published = 0; published < messages; ) {
    const { distinct } = await receiver.counts();
    if (published - distinct < MOST_WAITING) {
      const next = Math.min(FILL, messages - published);
      await cloud.fill(next);
      published += next;
    } else await sleep(50);
  }
};

/** The most memory that one run of so many messages takes, and what it holds at its end, in megabytes; every message must have arrived. */
export const measureMemory = async (
  cloud: ReplayCloud,
  receiver: Receiver,
  replay: ReplayFunction,
  messages: number,
): Promise<{ maxRssMb: number; heapMb: number; invocations: number; seconds: number }> => {
  await receiver.reset();
  const started = performance.now();
  await cloud.fill(Math.min(FILL, messages));
  const [run] = await Promise.all([replay(), feed(cloud, receiver, messages - FILL)]);
  const { distinct, requests } = await receiver.counts();
  if (distinct !== messages || requests !== messages) {
    throw new Error(`${requests} requests brought ${distinct} of ${messages} messages`);
  }
  return { ...run, seconds: (performance.now() - started) / 1_000 };
};
