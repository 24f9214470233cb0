/** A date, with or without a time: 2026-11-21, 20261121, 2026/11/21/0200, 20261121T020000Z, 2026112102. */
const DATE =
  /(?<!\d)(20\d\d)([-_./]?)(0[1-9]|1[0-2])\2(0[1-9]|[12]\d|3[01])(?:[T_ ./-]{0,2}([01]\d|2[0-3])(?:[:_.h-]?([0-5]\d)(?:[:_.m-]?([0-5]\d))?(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d(?!\d))?)?)?(?!\d)/g;
/** Seconds or milliseconds since 1970, from 2001 to 2033. */
const EPOCH = /(?<!\d)(1\d{9})(\d{3})?(?!\d)/g;

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
  return [...dates, ...epochs].filter((time) => !Number.isNaN(time));
};

const SHORT_NUMBER = /(?<!\d)\d{1,3}(?!\d)/;

/**
 * Backups whose names differ in dates, times and counters alone are one series: a backup is compared with
 * the one before it in its series. Several databases in one folder are several series, also `shop1` and
 * `shop2` where the names say when as well.
 */
export const nameSeries = (key: string): string => {
  const dated = key.replaceAll(DATE, '#').replaceAll(EPOCH, '#');
  if (dated === key) return key.replaceAll(/\d+/g, '#');
  return dated.replaceAll(/\d+/g, (digits) => (SHORT_NUMBER.test(digits) ? digits : '#'));
};
