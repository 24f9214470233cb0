/** What is remembered of an object that could not be judged. */
type Remembered = {
  report: { reason?: string };
  /** Of the function that tried. */
  memoryMb?: number;
};

/**
 * Whether an object that was too large for the time is worth a new try: not again and again, but once the
 * function has more memory, and with it more processor time. Pure.
 */
export const hasMoreMemory = (
  { report, memoryMb }: Remembered,
  memoryNowMb: number | undefined,
): boolean =>
  report.reason === 'out-of-time' &&
  memoryNowMb !== undefined &&
  memoryMb !== undefined &&
  memoryNowMb > memoryMb;
