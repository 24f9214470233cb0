/** Something about a whole plan: an `error` stops a deploy, a `warning` does not. */
export type Finding = { path: PropertyKey[]; message: string; level: 'error' | 'warning' };

export const error = (path: PropertyKey[], message: string): Finding => ({
  path,
  message,
  level: 'error',
});

export const warning = (path: PropertyKey[], message: string): Finding => ({
  path,
  message,
  level: 'warning',
});
