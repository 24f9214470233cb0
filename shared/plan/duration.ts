import * as z from 'zod';

const SECONDS: Record<string, number> = {
  s: 1,
  m: 60,
  h: 3_600,
  d: 86_400,
  w: 604_800,
  y: 31_536_000,
};
const SHAPE = /^([1-9]\d{0,9})([smhdwy])$/;

/** A hundred years. Longer ones are typing errors, and dates computed from them would overflow. */
const LONGEST = 100 * 31_536_000;

/**
 * Seconds in a plan's duration: a whole number and one unit, `s m h d w y` (a year is 365 days).
 * Answers `undefined` for anything else, for zero, which promises nothing, and beyond 100 years.
 */
export const parseDuration = (text: string): number | undefined => {
  const [, count, unit] = SHAPE.exec(text) ?? [];
  const size = unit === undefined ? undefined : SECONDS[unit];
  if (count === undefined || size === undefined) return undefined;
  const seconds = Number(count) * size;
  return seconds <= LONGEST ? seconds : undefined;
};

/** The shortest exact spelling of a duration, largest whole unit first: 93600 is `26h`. */
export const formatDuration = (seconds: number): string => {
  const rounded = Math.max(0, Math.round(seconds));
  if (rounded === 0) return '0s';
  for (const unit of ['y', 'd', 'h', 'm'] as const) {
    const size = SECONDS[unit] ?? 1;
    if (rounded % size === 0 && !(unit === 'd' && rounded < 2 * size))
      return `${rounded / size}${unit}`;
  }
  return `${rounded}s`;
};

/** A duration as people say an age: the two largest units, `3d 4h`, `12m`, `40s`. */
export const formatAge = (seconds: number): string => {
  let rest = Math.max(0, Math.floor(seconds));
  const parts: string[] = [];
  for (const unit of ['d', 'h', 'm', 's'] as const) {
    const size = SECONDS[unit] ?? 1;
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) parts.push(`${count}${unit}`);
    if (parts.length === 2 || (parts.length === 1 && unit === 'm')) break;
  }
  return parts.length === 0 ? '0s' : parts.join(' ');
};

const MUST = 'must be a duration such as 15m, 26h or 30d, at most 100y';

export const durationSchema = z
  .string({ error: MUST })
  .regex(SHAPE, { error: MUST })
  .transform((text, context) => {
    const seconds = parseDuration(text);
    if (seconds !== undefined) return seconds;
    context.addIssue(MUST);
    return z.NEVER;
  });
