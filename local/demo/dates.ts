const DAY_MS = 86_400_000;

/** The last time that it was 02:00 UTC, and the same hour of a number of days before. */
export const lastNight = (now: Date, daysBefore = 0): Date => {
  const atTwo = new Date(now);
  atTwo.setUTCHours(2, 0, 0, 0);
  const tonight = atTwo > now ? atTwo.getTime() - DAY_MS : atTwo.getTime();
  return new Date(tonight - daysBefore * DAY_MS);
};

/** `20261121-020000`, as MailBlast's script names its dumps. */
export const stamp = (time: Date): string =>
  time.toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-');
