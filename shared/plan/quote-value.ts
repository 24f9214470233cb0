const LONGEST = 60;

/**
 * A value of the plan as an error may show it: one line, short, and without the credentials and the
 * query that a URL can carry. Maps and lists are named, not shown.
 */
export const quoteValue = (value: unknown): string => {
  if (value === null || value === undefined) return 'empty';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a map';
  if (typeof value !== 'string') return String(value);
  const masked = value.replace(/\/\/[^/@\s]*@/, '//…@').replace(/\?.*$/s, '?…');
  const short = masked.length > LONGEST ? `${masked.slice(0, LONGEST)}…` : masked;
  return JSON.stringify(short.toWellFormed());
};
