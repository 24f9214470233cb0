import { randomUUID } from 'node:crypto';
import type { ReplayReport } from '../../events/replay-ended/v1.ts';
import type { ReplayProgress } from '../../events/replay-progressed/v1.ts';
import { describeAwsFailure } from '../../shared/aws-failure/describe-aws-failure.ts';
import type { Run as Invocation } from '../../shared/handler/create-handler.ts';
import type { WebhookPolicy } from '../../shared/plan/plan.ts';
import { findWebhook, type Work } from './begin-work.ts';
import { createFilter } from './create-filter.ts';
import { decideNext, judgeWaiting } from './decide-next.ts';
import { endRun, goOn, tellProgress } from './end-run.ts';
import { compileJsonPath } from './json-path.ts';
import { runStretch, type StretchEnd } from './run-stretch.ts';
import type { Run } from './runs.ts';
import type { Route, Services } from './services.ts';

export type Told = ReplayReport | ReplayProgress;

/** At the end of an invocation so much is left for what is under way, the numbers and the facts. */
const RESERVE_MS = 8_000;

const filterOf = ({ request: { filter } }: Run, { topic }: WebhookPolicy) =>
  createFilter(
    filter,
    topic,
    filter.where === undefined ? undefined : compileJsonPath(filter.where),
  );

type StretchDone = StretchEnd & { waiting?: ReturnType<typeof judgeWaiting> };

const stretchOf = async (
  services: Services,
  work: Work,
  route: Route,
  webhook: WebhookPolicy,
  invocation: Invocation,
  mostMs: number,
): Promise<StretchDone> => {
  const { run, openings } = work;
  const { request } = run;
  const now = () => invocation.now().getTime();
  const timeoutMs = request.timeoutSeconds * 1_000;
  const left = invocation.remainingMs() - timeoutMs - RESERVE_MS;
  const { counts } = await services.runs.totals(run.id);
  const end = await runStretch({
    run,
    runs: services.runs,
    base: {
      source: route.source,
      archive: route.archive,
      ledger: services.ledger,
      destination: route.destination,
      receiver: webhook.receiver,
      reopens:
        request.from === 'queue'
          ? undefined
          : request.from === 'unknown'
            ? 'UNKNOWN'
            : 'QUARANTINED',
      maxAttempts: request.maxAttempts,
      pageIsSuccess: request.pageIsSuccess,
      isWanted: filterOf(run, webhook),
      timeoutMs,
      now,
    },
    identity: {
      destination: route.destination.id,
      topic: webhook.topic,
      rawDelivery: webhook.rawDelivery,
    },
    invocation: `${now().toString(36)}-${randomUUID().slice(0, 8)}`,
    deadline: now() + Math.min(left, mostMs),
    openings,
    used: counts.received - counts.duplicates - counts.skipped,
    // Those taken before were its first.
    canary: Math.max(0, request.canary - counts.done),
    pollSeconds: services.pollSeconds,
    sleep: services.sleep,
    tell: () => tellProgress(services, work, route, invocation),
  });
  if (end.reason !== 'waiting') return end;
  const after = await services.runs.totals(run.id);
  return { ...end, waiting: judgeWaiting(counts, after.counts) };
};

/** A pause that is longer than a queue can wait. */
const stillPaused = (
  { openings, pausedUntil }: Work,
  { now }: Invocation,
): StretchEnd | undefined => {
  const left = Math.ceil((pausedUntil - now().getTime()) / 1_000);
  if (left <= 0) return undefined;
  const detail = `the destination is left alone for ${left} s`;
  return { reason: 'paused', detail, openings, pausedUntil };
};

/** A service that is not there or does not let us in will not in a minute either; anything else may pass. */
const interrupted = (error: unknown): StretchEnd => {
  const { reason, message } = describeAwsFailure(error);
  const lasts = reason === 'not-found' || reason === 'access-denied';
  return {
    reason: lasts ? 'denied' : 'interrupted',
    detail: message,
    openings: 0,
    pausedUntil: 0,
  };
};

/**
 * Does the next stretch of a run, and ends it or hands it on. May be called again at any point: what was
 * done is in the ledger.
 *
 * @param mostMs the longest that it may take, whatever the invocation has.
 */
export const driveRun = async (
  services: Services,
  work: Work,
  invocation: Invocation,
  mostMs: number,
): Promise<Told> => {
  const { run } = work;
  const webhook = findWebhook(services, run.webhook);
  const route = services.openRoute(webhook, run);
  const stretch: StretchDone =
    run.status === 'running'
      ? (stillPaused(work, invocation) ??
        (await stretchOf(services, work, route, webhook, invocation, mostMs).catch(interrupted)))
      : {
          reason: 'cancelled',
          detail: 'somebody cancelled the run',
          openings: 0,
          pausedUntil: 0,
        };
  const now = invocation.now();
  const next = decideNext({
    reason: stretch.reason,
    hop: work.hop,
    maxHops: run.request.maxHops,
    idleHops: work.idleHops,
    waiting: stretch.waiting,
    pausedMs: Math.max(0, stretch.pausedUntil - now.getTime()),
  });
  const told =
    next.next === 'end'
      ? await endRun(services, work, route, { ...stretch, reason: next.reason }, now)
      : await goOn(services, work, route, { ...stretch, ...next }, invocation);
  invocation.log.info(told.summary);
  return told;
};
