import { OPENS_AFTER } from './decide-pace.ts';

/** Why a run ends, or a stretch of it. */
export type StopReason =
  | 'finished'
  | 'limit-reached'
  | 'cancelled'
  | 'canary-failed'
  | 'error-rate'
  | 'destination-refuses'
  | 'hop-limit'
  | 'waited-in-vain'
  | 'denied'
  | 'out-of-time'
  | 'paused'
  | 'waiting'
  | 'interrupted';

export type Stop = { reason: StopReason; detail: string };

/** What was seen of the answers so far. */
export type Seen = {
  answers: number;
  failures: number;
  endpointStreak: number;
  endpointReason?: string | undefined;
};

export type StopSettings = {
  canary: number;
  /** A share of the answers, 0 to 1. */
  stopAtErrorRate?: number | undefined;
};

/** A rate of fewer answers than this says nothing. */
const ENOUGH_ANSWERS = 20;
/** Unless so many failed: then the circuit opens, and a dead destination would never give twenty answers. */
const ENOUGH_FAILURES = OPENS_AFTER;
/** The same answer to so many in a row is about the address. */
export const REFUSES_AFTER = 5;

/** Whether what the destination answered ends the run. `canaryDone`: of the first messages, those taken. */
export const decideStop = (
  { canary, stopAtErrorRate }: StopSettings,
  { answers, failures, endpointStreak, endpointReason }: Seen,
): Stop | undefined => {
  if (endpointStreak >= REFUSES_AFTER) {
    return {
      reason: 'destination-refuses',
      detail: `${endpointStreak} answers in a row say that the address or the credentials are wrong (${endpointReason ?? 'refused'})`,
    };
  }
  if (canary > 0 && answers <= canary && failures > 0) {
    return {
      reason: 'canary-failed',
      detail: `${failures} of the first ${answers} messages were not taken`,
    };
  }
  const rate = answers === 0 ? 0 : failures / answers;
  const isEnough = answers >= ENOUGH_ANSWERS || failures >= ENOUGH_FAILURES;
  if (stopAtErrorRate !== undefined && isEnough && rate > stopAtErrorRate) {
    return {
      reason: 'error-rate',
      detail: `${failures} of ${answers} messages were not taken, which is more than ${stopAtErrorRate * 100}%`,
    };
  }
  return undefined;
};
