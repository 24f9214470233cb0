import type { ReplayRequest } from '../../events/replay-requested/v1.ts';
import type { Plan, WebhookPolicy } from '../../shared/plan/plan.ts';
import type { FactPublisher } from '../../shared/publish/fact-publisher.ts';
import type { ArchivedMessage } from './archive-reader.ts';
import type { KeysOf } from './count-parked.ts';
import type { Depth } from './decide-empty.ts';
import type { Ledger } from './ledger.ts';
import type { Places } from './make-report.ts';
import type { Archive, Destination, ParkedAs, Source } from './ports.ts';
import type { Runs } from './runs.ts';

/** Where one run's messages come from and go to. */
export type Route = { source: Source; archive: Archive; destination: Destination; places: Places };

/** What a dry run looks at: the archive, and how many messages the queue says it has. */
export type View = {
  destination: string;
  depth: () => Promise<Depth>;
  /** Of the queue's messages what earlier runs archived; of parked ones all of them. */
  messages: () => AsyncGenerator<ArchivedMessage>;
};

/** Where the parked messages of a webhook lie. */
export type ParkedPlaces = { webhook: string } & Record<ParkedAs, string>;

export type ParkedView = {
  places: ParkedPlaces;
  read: (as: ParkedAs) => AsyncGenerator<ArchivedMessage>;
  keysOf: KeysOf;
};

export type Continuation = {
  run: string;
  hop: number;
  openings: number;
  idleHops: number;
  /** Nothing is sent before, in milliseconds since 1970. */
  pausedUntil: number;
};

export type Services = {
  plan: Plan;
  stage: string;
  service: string;
  ledger: Ledger;
  runs: Runs;
  openRoute: (webhook: WebhookPolicy, run: { id: string; request: ReplayRequest }) => Route;
  openView: (webhook: WebhookPolicy, request: ReplayRequest) => View;
  openParked: (webhook: WebhookPolicy) => ParkedView;
  /** Hands a run on to a later invocation. */
  handOn: (next: Continuation, correlationId: string, delaySeconds: number) => Promise<void>;
  /** Has a later invocation tell what lies parked. */
  askToLook: (webhook: string, correlationId: string) => Promise<void>;
  publish: FactPublisher;
  pollSeconds: number;
  sleep: (ms: number) => Promise<void>;
};
