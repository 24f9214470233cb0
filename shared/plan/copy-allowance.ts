import type { StoredBackup } from './plan.ts';

/** What a copy job or S3 replication may take where the plan names no time. */
const USUAL_SECONDS = 15 * 60;

/**
 * How long a copy may take to arrive, in seconds: what the plan says, else 15 minutes. On the stage `local`
 * it is none, so that nobody who tries a plan there has to wait.
 */
export const copyAllowance = (
  { withinSeconds }: Pick<StoredBackup['copies'][number], 'withinSeconds'>,
  stage: string,
): number => withinSeconds ?? (stage === 'local' ? 0 : USUAL_SECONDS);
