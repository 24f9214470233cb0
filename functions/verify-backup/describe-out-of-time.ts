import { type Estimate, MOST_HELPFUL_MB } from './decide-budget.ts';
import type { Reading } from './decide-verdict.ts';
import { formatBytes } from './format-bytes.ts';

const formatSeconds = (seconds: number): string => {
  if (seconds < 120) return `${Math.ceil(seconds)} s`;
  return seconds < 7_200
    ? `${Math.ceil(seconds / 60)} minutes`
    : `${(seconds / 3_600).toFixed(1)} hours`;
};

const number = new Intl.NumberFormat('en-US');

const actionFor = ({ enoughMemoryMb }: Estimate): string =>
  enoughMemoryMb !== undefined
    ? `Set memorySize of verify-backup to ${number.format(enoughMemoryMb)} MB or more: that brings the processor time with which it may end.`
    : `No size of Lambda reads it within 15 minutes: more than ${number.format(MOST_HELPFUL_MB)} MB hardly helps, and a copy elsewhere takes as long. Prove it by restoring it on a machine of its own, or dump it as several smaller objects.`;

/** What is said of a backup that cannot be read to its end in one invocation. Pure. */
export const describeOutOfTime = (
  estimate: Estimate,
  { size, budgetMs }: { size: number; budgetMs: number },
): Reading => {
  const { bytesRead, bytesPerSecond, neededSeconds } = estimate;
  const seen =
    bytesRead === 0
      ? 'nothing of it arrived'
      : `${formatBytes(bytesRead)} of ${formatBytes(size)} were read at ${formatBytes(Math.round(bytesPerSecond))} a second, so all of it takes about ${formatSeconds(neededSeconds)}`;
  const budget = formatSeconds(Math.max(0, budgetMs) / 1000);
  return {
    ended: 'not-seen',
    reason: 'out-of-time',
    detail: `could not be read to its end within ${budget}: ${seen}`,
    action: actionFor(estimate),
    retry: false,
    estimate,
  };
};
