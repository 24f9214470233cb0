import type { CheckReport } from '../../events/check-reported/v1.ts';

type Said = Pick<CheckReport, 'reason' | 'expected' | 'observed' | 'measurements'> & {
  check: 'dead-letters-depth' | 'dead-letters-age' | 'dead-letters-redrive' | 'webhook-duplicates';
  /** What was found, without the webhook's name before it. */
  summary: string;
  /** What to do; absent where nothing is to be done. */
  action?: string;
};

/** What one check comes to, before it is tied to a webhook and to a moment. */
export type Judgement = Said &
  ({ verdict: 'pass' | 'unknown' } | { verdict: 'fail'; severity: 'critical' | 'warning' });
