import type { ReplayReport } from '../../events/replay-ended/v1.ts';
import type { ReplayProgress } from '../../events/replay-progressed/v1.ts';
import { decideBalance, isBalanced } from './decide-balance.ts';
import { runDigest } from './decide-digest.ts';
import type { Run, RunTotals } from './runs.ts';

export type Places = { messages: string; quarantine: string; unknown: string };

export type Reported = {
  run: Run;
  totals: RunTotals;
  destination: string;
  /** Why the last message was not taken that was not, as far as this invocation knows. */
  lastRefusal?: string | undefined;
};

const sumOf = ({ totals: { counts }, lastRefusal }: Reported): string => {
  const { received, done, duplicates, quarantined, unknown, pending } = decideBalance(counts);
  return `${received} received = ${done} done + ${duplicates} duplicates + ${quarantined} quarantined + ${unknown} unknown + ${pending} pending${lastRefusal === undefined ? '' : `; the last that was not taken: ${lastRefusal}`}`;
};

/** What a person must know who replays to a topic. */
const warningOf = (destination: string): string =>
  destination.startsWith('topic:')
    ? '. Every message went to every subscriber of the topic, under a new MessageId'
    : '';

export const makeProgress = (reported: Reported, hop: number, detail: string): ReplayProgress => {
  const { run, totals, destination } = reported;
  const summary = `Replay ${run.id} of ${run.webhook} goes on (${detail}): ${sumOf(reported)}`;
  return {
    run: run.id,
    webhook: run.webhook,
    destination,
    balance: decideBalance(totals.counts),
    hop,
    summary: summary.slice(0, 1_024),
  };
};

/** What a run did, as a whole: the numbers, the digest of what it archived, and where that lies. */
export const makeReport = (
  reported: Reported,
  places: Places,
  ended: { reason: string; detail: string; at: number },
): ReplayReport => {
  const { run, totals, destination } = reported;
  const balance = decideBalance(totals.counts);
  const how =
    ended.reason === 'finished' ? 'has finished' : `ended (${ended.reason}: ${ended.detail})`;
  return {
    run: run.id,
    webhook: run.webhook,
    destination,
    reason: ended.reason,
    balance,
    balanced: isBalanced(balance, totals.archived),
    digest: runDigest(totals.chains),
    archive: { ...places },
    startedAt: new Date(run.startedAt).toISOString(),
    endedAt: new Date(ended.at).toISOString(),
    summary:
      `Replay ${run.id} of ${run.webhook} ${how}: ${sumOf(reported)}${warningOf(destination)}`.slice(
        0,
        1_024,
      ),
  };
};
