import type { BatchContext } from './batch-context.ts';
import { type Answer, decideAnswer, type Verdict } from './decide-answer.ts';
import type { Outcome } from './decide-pace.ts';
import type { Held } from './take-hold.ts';

/** What came of a message; `unsent`: it never had its turn. */
export type Sent = Held & { verdict: Verdict | { verdict: 'unsent' } };

const outcomeOf = (verdict: Verdict): Outcome => {
  switch (verdict.verdict) {
    case 'done':
      return 'success';
    case 'quarantine':
      return 'quarantine';
    case 'unknown':
      return 'unknown';
    case 'retry':
      return verdict.fault === 'message' ? 'quarantine' : verdict.fault;
  }
};

const judge = (context: BatchContext, { entry }: Held, answer: Answer | undefined): Verdict => {
  const { receiver, maxAttempts, pageIsSuccess, pacer } = context;
  const verdict = decideAnswer({
    answer: answer ?? { answer: 'none', reason: 'no answer was given' },
    receiver,
    attempts: entry.attempts,
    maxAttempts,
    destinationWorks: pacer.destinationWorks,
    pageIsSuccess,
  });
  if (verdict.verdict === 'done') pacer.done('success');
  else {
    const afterSeconds = verdict.verdict === 'retry' ? verdict.afterSeconds : undefined;
    pacer.done(outcomeOf(verdict), verdict.reason, afterSeconds && afterSeconds * 1_000);
  }
  return verdict;
};

/**
 * Sends what is ours, as fast as the pace allows, and answers for every message. Begins nothing that could
 * end after the lease.
 */
export const sendHeld = async (context: BatchContext, held: readonly Held[]): Promise<Sent[]> => {
  const { destination, pacer, timeoutMs } = context;
  // Counted from when the lease began: writing it down may have taken long.
  const leaseUntil = Math.min(...held.map(({ entry }) => entry.leaseUntil));
  const lastStart = leaseUntil - 2 * timeoutMs;
  const sent: Sent[] = [];
  const sendSome = async (some: readonly Held[]): Promise<void> => {
    const answers = await destination.send(some.map(({ item }) => item));
    for (const [index, one] of some.entries()) {
      sent.push({ ...one, verdict: judge(context, one, answers[index]) });
    }
  };
  const underWay: Promise<void>[] = [];
  let next = 0;
  while (next < held.length) {
    const some = await pacer.turn(Math.min(held.length - next, destination.batch), lastStart);
    if (some === 0) break;
    underWay.push(sendSome(held.slice(next, next + some)));
    next += some;
  }
  await Promise.all(underWay);
  for (const one of held.slice(next)) sent.push({ ...one, verdict: { verdict: 'unsent' } });
  return sent;
};
