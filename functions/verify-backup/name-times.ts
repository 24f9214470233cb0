/** Of these Kubernetes makes the five last characters of a pod's name: no word comes of them. */
export const POD_SUFFIX = '[bcdfghjklmnpqrstvwxz2456789]{5}(?![A-Za-z\\d])';
/**
 * A date, with or without a time: 2026-11-21, 20261121, 2026/11/21/0200, 20261121T020000Z, 2026112102. No time
 * are the first digits of a commit or a pod behind the date: 20261121-12ab34c.
 */
const DATE =
  /(?<!\d)(20\d\d)([-_./]?)(0[1-9]|1[0-2])\2(0[1-9]|[12]\d|3[01])(?:[T_ ./-]{0,2}([01]\d|2[0-3])(?:[:_.h-]?([0-5]\d)(?:[:_.m-]?([0-5]\d))?(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d(?!\d))?)?(?!(?=[a-z]*\d)[a-z\d]{3,}))?(?!\d)/g;
/** Seconds or milliseconds since 1970, from 2001 to 2033. */
const EPOCH = /(?<!\d)(1\d{9})(\d{3})?(?!\d)/g;
/** Minutes since 1970, from 2015 to 2034, as Kubernetes names the pod of a CronJob: pgdump-29920440-x7k2p. */
const JOB = new RegExp(`(?<![A-Za-z\\d])((?:2[4-9]|3[0-3])\\d{6})-${POD_SUFFIX}`, 'g');

/**
 * The moments that a name speaks of, as the clock on some wall showed them: in milliseconds since 1970
 * as if that clock ran on UTC, so up to 14 hours off. A date without a time is its midnight.
 */
export const nameTimes = (name: string): number[] => {
  const dates = [...name.matchAll(DATE)].map(
    ([, year, , month, day, hour = '00', minute = '00', second = '00']) =>
      Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`),
  );
  const epochs = [...name.matchAll(EPOCH)].map(([, seconds]) => Number(seconds) * 1_000);
  const jobs = [...name.matchAll(JOB)].map(([, minutes]) => Number(minutes) * 60_000);
  return [...dates, ...epochs, ...jobs].filter((time) => !Number.isNaN(time));
};

/** The name with `#` for every moment that it speaks of. */
export const withoutTimes = (name: string): string =>
  name.replaceAll(JOB, '#').replaceAll(DATE, '#').replaceAll(EPOCH, '#');
