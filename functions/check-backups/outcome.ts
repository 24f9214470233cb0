import type { CheckReport, Severity } from '../../events/check-reported/v1.ts';

type Said = {
  /** The named reason behind the verdict, in kebab case. */
  reason: string;
  /** One sentence that begins with the backup's name. */
  summary: string;
  expected: unknown;
  observed: unknown;
  measurements?: CheckReport['measurements'];
  evidence?: CheckReport['evidence'];
  /** What to do next; absent where nothing is to be done. */
  action?: string;
};

/** What a decision comes to, before it is tied to a promise of the plan and to a moment. */
export type Outcome = Said &
  ({ verdict: 'pass' | 'unknown' } | { verdict: 'fail'; severity: Severity });

/** Why something could not be looked at. */
export type Trouble = { reason: string; message: string };

/** What was seen, or why it could not be. */
export type Observed<T> = { seen: T } | { trouble: Trouble };
