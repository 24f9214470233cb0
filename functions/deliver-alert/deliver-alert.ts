import type { AlertDeliveryRequested } from '../../events/alert-delivery-requested/v1.ts';
import { RetryLaterError, UnprocessableMessageError } from '../../shared/handler/message-errors.ts';
import type { Channel, Outcome } from './channels/channel.ts';
import { decideDelivery, remember } from './decide-delivery.ts';
import { decideRetry, MAX_RECEIVES } from './decide-retry.ts';
import { CLAIM_SECONDS, type Claim, type DeliveryLedger } from './delivery-ledger.ts';

export type Services = {
  ledger: DeliveryLedger;
  /** The adapters of the plan's channels by name. */
  channels: ReadonlyMap<string, Channel>;
};

export type Attempt = {
  /** Tells this attempt from every other one. */
  id: string;
  receives: number;
  now: () => Date;
};

export type Told = { deliveryId: string; result: 'delivered' | 'dropped'; reason: string };

const findChannel = (services: Services, name: string): Channel => {
  const channel = services.channels.get(name);
  if (channel !== undefined) return channel;
  const known = [...services.channels.keys()].join(', ') || 'none';
  throw new UnprocessableMessageError(
    'unknown-channel',
    `the plan has no channel "${name}" that an alert can be sent to; it has: ${known}`,
  );
};

/** Tells the channel; whatever does not end well gives the claim back, so that a retry need not wait. */
const tell = async (
  { ledger }: Services,
  channel: Channel,
  request: AlertDeliveryRequested,
  claim: Claim,
): Promise<Outcome> => {
  try {
    const outcome = await channel.deliver(request);
    if (outcome.outcome !== 'delivered') await ledger.release(claim);
    return outcome;
  } catch (error) {
    await ledger.release(claim);
    throw error;
  }
};

/** A resolve under one credential does not close what was opened under another. */
const checkCredentials = (
  { data }: AlertDeliveryRequested,
  before: readonly string[],
  now: string | undefined,
): void => {
  if (data.action !== 'resolve' || before.every((known) => known === now)) return;
  throw new UnprocessableMessageError(
    'opened-with-another-key',
    `${data.channel}: ${data.incident} was opened with another routing key than the present one; close it there by hand`,
  );
};

/**
 * Carries out one command: claim, tell, write down. Whatever was told is written down only after it was
 * told, so that a crash tells twice rather than not at all; what is written down is not told again.
 *
 * @throws {RetryLaterError} where a later attempt may succeed.
 * @throws {UnprocessableMessageError} where none can.
 */
export const deliverAlert = async (
  services: Services,
  request: AlertDeliveryRequested,
  attempt: Attempt,
): Promise<Told> => {
  const { data } = request;
  const { deliveryId } = data;
  const channel = findChannel(services, data.channel);
  const key = `${data.channel}/${data.incident}`;
  const claim = await services.ledger.claim(key, attempt.id, attempt.now());
  if (claim === 'busy') {
    throw new RetryLaterError(`${data.channel}: another delivery is under way`, CLAIM_SECONDS);
  }

  const ruling = decideDelivery(claim.memory, data, attempt.receives >= MAX_RECEIVES);
  if (ruling.ruling !== 'deliver') {
    await services.ledger.release(claim);
    if (ruling.ruling === 'drop') return { deliveryId, result: 'dropped', reason: ruling.reason };
    throw new RetryLaterError(`${data.channel}: ${ruling.reason}`, decideRetry(attempt.receives));
  }

  const outcome = await tell(services, channel, request, claim);
  switch (outcome.outcome) {
    case 'delivered': {
      const memory = remember(claim.memory, data, outcome.credential);
      await services.ledger.settle(claim, memory, attempt.now());
      checkCredentials(request, claim.memory?.credentials ?? [], outcome.credential);
      return { deliveryId, result: 'delivered', reason: data.action };
    }
    case 'retry':
      throw new RetryLaterError(
        `${data.channel}: ${outcome.reason}`,
        decideRetry(attempt.receives, outcome.afterSeconds),
      );
    case 'refused':
      throw new UnprocessableMessageError('delivery-refused', `${data.channel}: ${outcome.reason}`);
  }
};
