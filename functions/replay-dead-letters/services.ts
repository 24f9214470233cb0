import type { ReplayRequest } from '../../events/replay-requested/v1.ts';
import type { Plan, WebhookPolicy } from '../../shared/plan/plan.ts';
import type { FactPublisher } from '../../shared/publish/fact-publisher.ts';
import type { Ledger } from './ledger.ts';
import type { Places } from './make-report.ts';
import type { Archive, Destination, Source } from './ports.ts';
import type { Runs } from './runs.ts';

/** Where one run's messages come from and go to. */
export type Route = { source: Source; archive: Archive; destination: Destination; places: Places };

export type Continuation = { run: string; hop: number; openings: number; idleHops: number };

export type Services = {
  plan: Plan;
  stage: string;
  service: string;
  ledger: Ledger;
  runs: Runs;
  openRoute: (webhook: WebhookPolicy, run: { id: string; request: ReplayRequest }) => Route;
  /** Hands a run on to a later invocation. */
  handOn: (next: Continuation, correlationId: string, delaySeconds: number) => Promise<void>;
  publish: FactPublisher;
  pollSeconds: number;
  sleep: (ms: number) => Promise<void>;
};
