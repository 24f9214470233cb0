import type { AlertDeliveryRequested } from '../../../events/alert-delivery-requested/v1.ts';

export type Outcome =
  | {
      outcome: 'delivered';
      /** A fingerprint of the credential, where a resolve only counts under the same one. */
      credential?: string;
    }
  /** A later attempt may succeed. */
  | { outcome: 'retry'; reason: string; afterSeconds?: number }
  /** No later attempt can. */
  | { outcome: 'refused'; reason: string };

/**
 * One way to tell people. `deliver` never throws for what a receiver does; an unknown end, such as a
 * time-out, is `retry`: a person may be told twice, never not at all. A reason names what happened and
 * never holds an address, a key, or what the receiver wrote unless that cannot hold one.
 */
export type Channel = { deliver(request: AlertDeliveryRequested): Promise<Outcome> };
