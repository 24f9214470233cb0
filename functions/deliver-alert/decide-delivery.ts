import type { AlertDeliveryRequest } from '../../events/alert-delivery-requested/v1.ts';

/** What a channel is known to have been told of one incident. */
export type Memory = {
  /** The newest delivery that it was told, and when what it said was observed. */
  deliveryId: string;
  observedAt: string;
  resolved: boolean;
  /** Fingerprints of the credentials that were used. */
  credentials: string[];
};

export type Ruling =
  | { ruling: 'deliver' }
  | { ruling: 'drop'; reason: 'already-told' | 'already-resolved' | 'superseded' }
  | { ruling: 'wait'; reason: 'opening-not-told-yet' };

type Request = Pick<AlertDeliveryRequest, 'deliveryId' | 'action' | 'observedAt'>;

/**
 * Whether a command is still to be carried out. Standard queues deliver twice and out of order, so:
 * what was told is not told again, nothing older is told after something newer, and nothing at all after
 * the resolve, since that would open the incident again at the receiver. A resolve waits for its opening;
 * on its last receive it goes out all the same, because an incident that stays open for ever is worse than
 * the end of one that nobody heard of.
 */
export const decideDelivery = (
  memory: Memory | undefined,
  { deliveryId, action, observedAt }: Request,
  isLastReceive: boolean,
): Ruling => {
  if (memory === undefined) {
    return action === 'resolve' && !isLastReceive
      ? { ruling: 'wait', reason: 'opening-not-told-yet' }
      : { ruling: 'deliver' };
  }
  if (memory.deliveryId === deliveryId) return { ruling: 'drop', reason: 'already-told' };
  if (memory.resolved) return { ruling: 'drop', reason: 'already-resolved' };
  const isOlder = Date.parse(observedAt) < Date.parse(memory.observedAt);
  return isOlder && action !== 'resolve'
    ? { ruling: 'drop', reason: 'superseded' }
    : { ruling: 'deliver' };
};

/** What is remembered once a command was carried out. */
export const remember = (
  memory: Memory | undefined,
  { deliveryId, action, observedAt }: Request,
  credential: string | undefined,
): Memory => ({
  deliveryId,
  observedAt,
  resolved: action === 'resolve',
  credentials: [
    ...new Set([...(memory?.credentials ?? []), ...(credential === undefined ? [] : [credential])]),
  ],
});
