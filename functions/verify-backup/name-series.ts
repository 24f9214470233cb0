import { POD_SUFFIX, withoutTimes } from './name-times.ts';

/** Folders by year or month, and those of Hive: 2026/11/, year=2026/month=11/. */
const CALENDAR =
  /(?<=^|\/)20\d\d(?:[-_/]?(?:0[1-9]|1[0-2]))?(?=\/)|(?<=(?:^|\/)(?:year|month|day|hour)=)\d+|(?<=week[-_.]?)\d{1,2}(?!\d)/gi;
/** Where WAL begins, as WAL-G names base backups: timeline, log, segment. */
const SEGMENT = /(?<![A-Za-z\d])0{4}[\dA-F]{20}(?![A-Za-z\d])/g;

/** What a machine adds right behind a date: a weekday, a counter, a process, a commit, a pod. */
const ADDED = [
  'mon(?:day)?|tue(?:sday)?|wed(?:nesday)?|thu(?:rsday)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?',
  '\\d{4,}',
  '(?:pid|build|run|job)[-_.]?\\d+',
  // Letters and then digits are what people name things: db10001.
  '(?=[\\da-f]*\\d[a-f])[\\da-f]{7,12}',
  `(?=[a-z\\d]*\\d[a-z])${POD_SUFFIX}`,
];
/** These may be all that names a backup, so only where something else does as well. */
const LONG = [
  '[\\da-f]{8}(?:-[\\da-f]{4}){3}-[\\da-f]{12}',
  '(?=[\\da-f]*\\d[a-f])[\\da-f]{13,64}',
];
const behindDate = (added: readonly string[]): RegExp =>
  new RegExp(`(?<=#[hmsZ]?)(?:[-_.+~](?:${added.join('|')})(?![A-Za-z\\d]))+`, 'gi');
const BEHIND = behindDate(ADDED);
const BEHIND_NAME = behindDate([...LONG, ...ADDED]);

const withoutAdded = (segment: string): string => {
  const isNamed = /[a-z]/i.test(segment.slice(0, Math.max(0, segment.indexOf('#'))));
  return segment.replaceAll(isNamed ? BEHIND_NAME : BEHIND, '-#');
};

const withoutCalendar = (key: string): string =>
  withoutTimes(key).replaceAll(CALENDAR, '#').replaceAll(SEGMENT, '#');

const isDated = (key: string): boolean => withoutTimes(key) !== key || /(?:^|\/)year=\d/.test(key);

/**
 * Backups whose names differ in dates and times alone, and in what a machine adds right behind them, are
 * one series: a backup is compared with the one before it in its series. Any other number or identifier
 * is a name: `tenant1001` and `tenant1002` are two. In a name without a date every number is a counter.
 */
export const nameSeries = (key: string): string =>
  isDated(key)
    ? withoutCalendar(key).split('/').map(withoutAdded).join('/')
    : key.replaceAll(SEGMENT, '#').replaceAll(/\d+/g, '#');

/** Below a folder named by a date, what reads like a time may be a name: 2026-11-21/1001.sql. */
const BELOW_DATE = /(?<=(?:[^\d/]|\d{6})\d\d)\/(?=\d{4})/g;

/**
 * Whether the names of two backups of one series differ in dates alone. Where they differ in a number or an
 * identifier as well, that may be a counter, or the name of another tenant.
 */
export const differInTimeAlone = (a: string, b: string): boolean => {
  if (a === b) return true;
  const [one, other] = [a, b].map((key) => withoutCalendar(key.replaceAll(BELOW_DATE, '/@')));
  return isDated(a) && one === other;
};
