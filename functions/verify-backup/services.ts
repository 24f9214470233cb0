import { reportMessage } from '../../events/check-reported/report-message.ts';
import type { CheckReport } from '../../events/check-reported/v1.ts';
import type { Run } from '../../shared/handler/create-handler.ts';
import type { ListedObject, Listing } from '../../shared/object-listing/list-objects.ts';
import type { Plan } from '../../shared/plan/plan.ts';
import type { FactPublisher } from '../../shared/publish/fact-publisher.ts';
import { makeEvent } from '../../shared/publish/make-event.ts';
import type { SecretReader } from '../../shared/secrets/secret-reader.ts';
import type { ObjectClient } from './object-client.ts';
import type { Target } from './parse-targets.ts';
import type { ReadsLedger } from './reads-ledger.ts';
import type { VerificationLedger } from './verification-ledger.ts';

export type Services = {
  plan: Plan;
  region: string;
  stage: string;
  service: string;
  /** Of this function, where Lambda says it: its processor time is in proportion. */
  memoryMb?: number;
  objects: ObjectClient;
  readSecret: SecretReader;
  ledger: VerificationLedger;
  reads: ReadsLedger;
  /** Errors of the SDK pass through. */
  listObjects: (listing: Listing) => AsyncGenerator<ListedObject[]>;
  publish: FactPublisher;
  /** Puts an object on the function's own queue. */
  enqueue: (targets: Target[], delaySeconds?: number) => Promise<void>;
  /** How long nothing must have come into a folder before it is judged as one backup. */
  settleSeconds: number;
};

/** Publishes first and records after: a crash in between reads twice, but loses nothing. */
export const publishReport = async (
  services: Services,
  report: CheckReport,
  run: Run,
): Promise<void> => {
  const { correlationId } = run;
  await services.publish([makeEvent(services, { ...reportMessage(report), correlationId })]);
};
