import type { CheckReported } from '../../events/check-reported/v1.ts';
import { RetryLaterError } from '../../shared/handler/message-errors.ts';
import type { Plan } from '../../shared/plan/plan.ts';
import type { Speaker } from '../../shared/publish/make-event.ts';
import type { Decision, Reason } from './alert-decision.ts';
import { type AlertReport, readReport } from './alert-report.ts';
import type { AlertRecord, AlertStore } from './alert-store.ts';
import type { SendCommand } from './channel-queue-client.ts';
import { decideAlert } from './decide-alert.ts';
import { describeNotice } from './describe-alert.ts';
import { addToOutbox, type OutboxEntry } from './outbox.ts';
import { sendOutbox, type Unsent } from './send-outbox.ts';

export type Services = {
  plan: Plan;
  speaker: Speaker;
  store: AlertStore;
  send: SendCommand;
};

export type Routed = {
  alertId: string;
  reason: Reason;
  /** Ids of the deliveries that are in their queues now. */
  sent: string[];
  /** Deliveries that waited for a channel which the plan no longer has. */
  dropped: string[];
};

/** Reports of one identity that arrive at once compete; each round one of them wins. */
const MAX_ROUNDS = 12;
const RETRY_SECONDS = 20;

/** Deliveries are decided, but not all of them are in their queues. They wait in the outbox. */
const unsentError = (unsent: Unsent[]): RetryLaterError =>
  new RetryLaterError(
    `${unsent.length} deliveries wait: ${unsent.map(({ deliveryId, problem }) => `${deliveryId} (${problem})`).join('; ')}`,
    RETRY_SECONDS,
  );

const nextOutbox = (
  record: AlertRecord,
  { state, deliveries }: Decision,
  { report, now, correlationId }: { report: AlertReport; now: Date; correlationId: string },
): OutboxEntry[] => {
  const incident = state.incident ?? record.state?.incident;
  if (deliveries.length === 0 || incident === undefined) return record.outbox;
  const notice = describeNotice(report, incident, record.state?.incident);
  return addToOutbox(record.outbox, deliveries, { notice, report, decidedAt: now, correlationId });
};

/**
 * Takes in one report. The decision and the deliveries that follow from it are written together before
 * anything is sent, and crossed out afterwards; so wherever this ends early, the same report or the next
 * one of the same alert sends what is left. Calling it again is harmless.
 *
 * @throws {RetryLaterError} where a channel's queue did not take its delivery.
 */
export const routeReport = async (
  services: Services,
  event: CheckReported,
  now: Date,
): Promise<Routed> => {
  const { plan, store, speaker } = services;
  const report = readReport(event, speaker.stage, now);
  const { alertId } = report;
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const record = await store.read(alertId);
    const decision = decideAlert(record.state, report, plan.alerts, now);
    const { reason, state } = decision;
    const outbox = nextOutbox(record, decision, {
      report,
      now,
      correlationId: event.correlationid,
    });
    let { version } = record;
    if (state !== record.state) {
      if (!(await store.write(alertId, { version, state, outbox }, now))) continue;
      version += 1;
    }
    if (outbox.length === 0) return { alertId, reason, sent: [], dropped: [] };

    const { left, unsent, dropped } = await sendOutbox(outbox, services);
    // Where another report was first, it has taken the same outbox over and sends it again.
    await store.write(alertId, { version, state, outbox: left }, now);
    if (unsent.length > 0) throw unsentError(unsent);
    const ids = outbox.flatMap(({ deliveries }) => deliveries.map(({ deliveryId }) => deliveryId));
    return { alertId, reason, sent: ids.filter((id) => !dropped.includes(id)), dropped };
  }
  throw new RetryLaterError(`alert ${alertId} is being changed by other reports`, 1);
};
