import type { AlertState } from './alert-state.ts';
import type { Delivery } from './decide-recipients.ts';

/** Why a report led to what it led to. Every one of them stands in the log. */
export type Reason =
  | 'opened'
  | 'unknown-too-long'
  | 'repeated'
  | 'too-soon-to-repeat'
  | 'escalated'
  | 'downgraded'
  | 'resolved'
  | 'still-healthy'
  | 'could-not-look'
  | 'not-observable'
  | 'not-routed'
  | 'duplicate'
  | 'out-of-order';

export type Decision = { reason: Reason; state: AlertState; deliveries: Delivery[] };
