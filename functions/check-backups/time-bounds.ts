/** The earliest of any number of times; `Infinity` of none. A spread into `Math.min` ends at 100,000. */
export const earliest = (times: Iterable<number>): number => {
  let found = Number.POSITIVE_INFINITY;
  for (const time of times) found = Math.min(found, time);
  return found;
};

/** The latest of any number of times; `-Infinity` of none. */
export const latest = (times: Iterable<number>): number => {
  let found = Number.NEGATIVE_INFINITY;
  for (const time of times) found = Math.max(found, time);
  return found;
};
