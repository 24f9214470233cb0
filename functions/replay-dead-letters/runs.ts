import type { ReplayRequest } from '../../events/replay-requested/v1.ts';
import type { Counts } from './ledger.ts';

/** `cancelling`: somebody asked for its end, and whoever works on it is to bring it about. */
export type RunStatus = 'running' | 'cancelling' | 'ended';

export type Run = {
  id: string;
  status: RunStatus;
  /** What was asked for when it started. */
  request: ReplayRequest;
  webhook: string;
  correlationId: string;
  /** Milliseconds since 1970. */
  startedAt: number;
  endedAt?: number | undefined;
  reason?: string | undefined;
};

/** The sums over all writers of a run. */
export type RunTotals = {
  counts: Counts;
  archived: number;
  chains: { shard: string; chain: string }[];
};

export type Runs = {
  /** False where there is a run of that name. */
  create(run: Run): Promise<boolean>;
  read(id: string): Promise<Run | undefined>;
  /** False where its status is another one; nothing is written then. */
  change(
    id: string,
    from: readonly RunStatus[],
    to: Pick<Run, 'status' | 'endedAt' | 'reason'>,
  ): Promise<boolean>;
  totals(id: string): Promise<RunTotals>;
};
