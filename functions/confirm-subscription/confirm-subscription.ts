import { reportMessage } from '../../events/check-reported/report-message.ts';
import type { Run } from '../../shared/handler/create-handler.ts';
import { RetryLaterError, UnprocessableMessageError } from '../../shared/handler/message-errors.ts';
import type { Plan, WebhookPolicy } from '../../shared/plan/plan.ts';
import type { FactPublisher } from '../../shared/publish/fact-publisher.ts';
import { makeEvent } from '../../shared/publish/make-event.ts';
import type { SignatureVerifier } from '../../shared/sns-signature/signature-verifier.ts';
import { confirmToken, refusal, type Told } from './confirm-token.ts';
import { decideConfirmation, endedArnOf, type Ruling } from './decide-confirmation.ts';
import {
  type Case,
  isEnd,
  sayConfirmed,
  sayForged,
  sayNotRestoredYet,
  sayUnknown,
} from './judge-confirmation.ts';
import { makeReport, type Place, type Said, webhooksOf } from './make-report.ts';
import { readConfirmation } from './read-confirmation.ts';
import { type SubscriptionClient, SubscriptionError } from './subscription-client.ts';

export type Services = Place & {
  plan: Plan;
  verify: SignatureVerifier;
  subscriptions: SubscriptionClient;
  publish: FactPublisher;
};

export type Done = { result: string; messageId: string; subscriptionArn?: string };

const RETRY_SECONDS = 60;

/** @throws {PublishError} where the topic did not take it. */
export const report = async (
  services: Services,
  topicArn: string,
  webhooks: readonly WebhookPolicy[],
  said: Said,
  correlationId: string,
): Promise<void> => {
  const data = makeReport(topicArn, webhooks, said, services);
  await services.publish([makeEvent(services, { ...reportMessage(data), correlationId })]);
};

const rule = async (services: Services, { confirmation, webhooks, now }: Case): Promise<Ruling> => {
  const { type, topicArn, sentAt } = confirmation;
  return decideConfirmation({
    type,
    endedArn: endedArnOf(confirmation),
    ageSeconds: (now.getTime() - sentAt.getTime()) / 1_000,
    required: webhooks.map(({ endpoint }) => endpoint),
    allowed: webhooks.flatMap(({ subscribers }) => subscribers),
    listing: await services.subscriptions.list(topicArn),
  });
};

const act = async (services: Services, given: Case): Promise<Told> => {
  const { webhooks } = given;
  const ruling = await rule(services, given);
  switch (ruling.ruling) {
    case 'confirm':
      return confirmToken(services, given, ruling.endpoints);
    case 'refuse':
      return refusal(given, ruling.reason);
    case 'wait': {
      const error = new RetryLaterError('the subscription is not listed yet', ruling.afterSeconds);
      return { error, result: 'waits', webhooks };
    }
    case 'nothing-to-do': {
      const { reason } = ruling;
      const said = reason === 'already-confirmed' ? sayConfirmed(given, undefined) : undefined;
      return { ...(said === undefined ? {} : { said }), result: reason, webhooks };
    }
  }
};

const judge = async (services: Services, given: Case): Promise<Told> => {
  const { webhooks } = given;
  const later = (reason: string, detail: string) => {
    const error = new RetryLaterError(detail, RETRY_SECONDS);
    return { said: sayUnknown(given, reason, detail), error, result: reason, webhooks };
  };
  const verification = await services.verify(given.confirmation);
  if (verification.result === 'unknown')
    return later('certificate-unavailable', verification.detail);
  if (verification.result === 'refused') {
    const { reason, detail } = verification;
    const error = new UnprocessableMessageError(reason, detail);
    return { said: sayForged(given, reason, detail), error, result: reason, webhooks };
  }
  try {
    return await act(services, given);
  } catch (error) {
    if (!(error instanceof SubscriptionError)) throw error;
    const told = later('sns-unavailable', error.message);
    const { confirmation } = given;
    return isEnd(confirmation) ? { ...told, said: sayNotRestoredYet(given, error.message) } : told;
  }
};

/**
 * Acts on one confirmation: the topic is one of the plan's, SNS signed it, and an endpoint of the plan waits
 * for it or has just lost its subscription. Says what came of it, and only then fails, where it does. May
 * be called twice with one message.
 *
 * @throws {UnprocessableMessageError} for what is no confirmation, forged, or good for nothing any more.
 * @throws {RetryLaterError} where SNS could not be asked.
 */
export const confirmSubscription = async (
  services: Services,
  body: string,
  run: Run,
): Promise<Done> => {
  const read = readConfirmation(body);
  if ('reason' in read) throw new UnprocessableMessageError(read.reason, read.detail);
  const { topicArn, messageId } = read.confirmation;
  const webhooks = webhooksOf(services.plan, topicArn);
  if (webhooks.length === 0) {
    // Anybody can name any topic: nothing is reported that a stranger could fill the reports with.
    throw new UnprocessableMessageError('foreign-topic', 'TopicArn: no webhook of the plan has it');
  }
  const told = await judge(services, { ...read, webhooks, now: run.now() });
  if (told.said !== undefined) {
    await report(services, topicArn, told.webhooks, told.said, run.correlationId);
  }
  if (told.error !== undefined) throw told.error;
  return {
    result: told.result,
    messageId,
    ...(told.arn === undefined ? {} : { subscriptionArn: told.arn }),
  };
};
