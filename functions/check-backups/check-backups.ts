import type { EC2Client } from '@aws-sdk/client-ec2';
import type { RDSClient } from '@aws-sdk/client-rds';
import type { S3Client } from '@aws-sdk/client-s3';
import { reportMessage } from '../../events/check-reported/report-message.ts';
import type { CheckReport } from '../../events/check-reported/v1.ts';
import type { Run } from '../../shared/handler/create-handler.ts';
import type { BackupPolicy, Plan } from '../../shared/plan/plan.ts';
import type { FactPublisher } from '../../shared/publish/fact-publisher.ts';
import { makeEvent } from '../../shared/publish/make-event.ts';
import { createBucketStore } from './bucket-store.ts';
import { checkPolicy, placeOf } from './check-policy.ts';
import type { Context } from './context.ts';
import { createEbsStore } from './ebs-store.ts';
import { reportOf } from './finding.ts';
import { createObjectStore } from './object-store.ts';
import { createGate, type Gate } from './observe.ts';
import type { Invocation } from './parse-invocation.ts';
import { createRdsStore } from './rds-store.ts';
import { runLimited } from './run-limited.ts';
import type { SeenLedger } from './seen-ledger.ts';
import type { VerifyQueue } from './verify-queue-client.ts';

export type Services = {
  plan: Plan;
  region: string;
  stage: string;
  service: string;
  everySeconds: number;
  settleSeconds: number;
  s3: S3Client;
  rdsIn: (region: string) => RDSClient;
  ec2In: (region: string) => EC2Client;
  ledger: SeenLedger;
  publish: FactPublisher;
  announce: VerifyQueue;
};

/** What a run answers: to the log, and to the person who invoked it. */
export type Summary = {
  reports: Pick<CheckReport, 'check' | 'subject' | 'verdict' | 'reason' | 'severity' | 'summary'>[];
  sentToVerify: number;
  requests: { list: number; head: number };
};

const POLICIES_AT_ONCE = 4;
/** Left for publishing and remembering when the time to look is over. */
const RESERVE_MS = 20_000;

const contextOf = (
  services: Services,
  { acceptDeleted }: Invocation,
  now: Date,
  signal: AbortSignal,
): Context => {
  const { plan, region, stage, settleSeconds, s3, rdsIn, ec2In } = services;
  const gate = createGate(signal);
  return {
    plan,
    region,
    stage,
    now,
    settleSeconds,
    acceptDeleted,
    objects: createObjectStore(s3, gate, signal),
    buckets: createBucketStore(s3, gate, signal),
    rds: createRdsStore(rdsIn, region, gate, signal),
    ebs: createEbsStore(ec2In, region, gate, signal),
  };
};

/** Another backup is first at every run, so that none is always the one that time did not reach. */
const rotate = (policies: readonly BackupPolicy[], now: Date, everySeconds: number) => {
  const turn = Math.floor(now.getTime() / (everySeconds * 1_000)) % Math.max(1, policies.length);
  return [...policies.slice(turn), ...policies.slice(0, turn)];
};

type Part = { reports: CheckReport[]; sentToVerify: number };

/** Looks at one policy, says what was seen, sends what is to be verified, and only then remembers it. */
const checkOne = async (
  services: Services,
  policy: BackupPolicy,
  context: Context,
  openLedger: Gate,
  run: Run,
): Promise<Part> => {
  const { now } = context;
  const { correlationId, log } = run;
  const opened = await openLedger('ledger', () =>
    services.ledger.read(policy.name, placeOf(policy)),
  );
  if ('trouble' in opened) {
    log.error('The record of a backup could not be read', { backup: policy.name, ...opened });
  }
  const remembered = 'seen' in opened ? { seen: opened.seen.record } : opened;
  const result = await checkPolicy(policy, remembered, context);
  const reports = result.findings.map((finding) => reportOf(finding, now, services.everySeconds));
  await services.publish(
    reports.map((data) => makeEvent(services, { ...reportMessage(data), correlationId })),
  );
  await services.announce(result.announcements, correlationId, now);
  if ('seen' in opened && result.next !== undefined) {
    const stored = await opened.seen.store(result.next);
    if (!stored) log.warn('Another run was first to remember', { backup: policy.name });
  }
  return { reports, sentToVerify: result.announcements.length };
};

/** Some backups could not be reported or remembered. The invocation fails, so that it is tried again. */
export class IncompleteRunError extends AggregateError {
  constructor(errors: Error[]) {
    super(errors, `${errors.length} backups were not dealt with: ${errors[0]?.message}`);
    this.name = 'IncompleteRunError';
  }
}

/**
 * Checks the promises of backups and publishes one report for each. Trouble with one backup costs no other
 * its reports, and what time does not reach is reported as `out-of-time`. May run twice at once: reports are
 * facts of their moment, and memory is written conditionally.
 *
 * @throws {IncompleteRunError} after everything that could be done was done.
 */
export const checkBackups = async (
  services: Services,
  invocation: Invocation,
  run: Run,
): Promise<Summary> => {
  const now = run.now();
  const signal = AbortSignal.timeout(Math.max(0, run.remainingMs() - RESERVE_MS));
  const context = contextOf(services, invocation, now, signal);
  const openLedger = createGate(signal);
  const parts: Part[] = [];
  const errors: Error[] = [];
  const policies = rotate(invocation.policies, now, services.everySeconds);
  await runLimited(policies, POLICIES_AT_ONCE, async (policy) => {
    try {
      parts.push(await checkOne(services, policy, context, openLedger, run));
    } catch (cause) {
      errors.push(new Error(`${policy.name}: ${String(cause)}`, { cause }));
    }
  });
  const reports = parts.flatMap((part) => part.reports);
  const sentToVerify = parts.reduce((sum, part) => sum + part.sentToVerify, 0);
  const requests = context.objects.requests();
  const verdicts = Object.groupBy(reports, ({ verdict }) => verdict);
  run.log.info('Backups were checked', {
    backups: policies.length,
    pass: verdicts.pass?.length ?? 0,
    fail: verdicts.fail?.length ?? 0,
    unknown: verdicts.unknown?.length ?? 0,
    sentToVerify,
    requests,
  });
  if (errors.length > 0) throw new IncompleteRunError(errors);
  return {
    reports: reports.map(({ check, subject, verdict, reason, severity, summary }) => ({
      check,
      subject,
      verdict,
      reason,
      severity,
      summary,
    })),
    sentToVerify,
    requests,
  };
};
