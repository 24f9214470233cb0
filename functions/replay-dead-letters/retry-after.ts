const LONGEST_SECONDS = 3_600;

/** `Retry-After` in seconds, an hour at most; it may also be a date (RFC 9110, section 10.2.3). */
export const readRetryAfter = (value: string | undefined, now: Date): number | undefined => {
  if (value === undefined) return undefined;
  const seconds = /^\s*\d+\s*$/.test(value)
    ? Number(value)
    : Math.ceil((Date.parse(value) - now.getTime()) / 1_000);
  return Number.isFinite(seconds) ? Math.min(Math.max(0, seconds), LONGEST_SECONDS) : undefined;
};
