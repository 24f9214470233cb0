import type { CheckReport } from '../../events/check-reported/v1.ts';
import type { Asked } from './ledger-records.ts';

/** What is remembered of a verdict. Records of older versions lack what these did not note. */
type Remembered = {
  report: Pick<CheckReport, 'verdict' | 'reason' | 'checkedAt'>;
  fingerprint?: string;
  /** `READER` of the function that read it. */
  reader?: number;
  /** Of the function that read it. */
  memoryMb?: number;
};

/** What a reading depends on, as it is now. */
export type Conditions = {
  fingerprint: string;
  reader: number;
  memoryMb?: number;
  archived: boolean;
};

const DAY_MS = 86_400_000;

/** What a secret that was put right changes. To see that it was not costs the first bytes of the object. */
const KEY_TROUBLE = new Set(['wrong-key', 'key-not-named']);

/**
 * Whether an object that was too large for the time is worth a new try: not again and again, but once the
 * function has more memory, and with it more processor time. Pure.
 */
export const hasMoreMemory = (
  { report, memoryMb }: { report: { reason?: string }; memoryMb?: number },
  memoryNowMb: number | undefined,
): boolean =>
  report.reason === 'out-of-time' &&
  memoryNowMb !== undefined &&
  memoryMb !== undefined &&
  memoryNowMb > memoryMb;

/**
 * What is another since a verdict, so that another reading may end otherwise: the object or the plan's words
 * on how to read it; and, where it is no pass, the reader, its memory, or that it lies in an archive. Pure.
 */
export const whatChanged = (
  { report, ...known }: Remembered,
  now: Conditions,
): 'plan' | 'reader' | 'memory' | 'restored' | undefined => {
  if (known.fingerprint !== now.fingerprint) return 'plan';
  if (report.verdict === 'pass') return undefined;
  if (known.reader !== now.reader) return 'reader';
  if (hasMoreMemory({ report, ...known }, now.memoryMb)) return 'memory';
  if (report.reason === 'archived' && !now.archived) return 'restored';
  return undefined;
};

/** Conditions as they are remembered, to tell one change from the next. */
export const describeConditions = ({ fingerprint, reader, memoryMb }: Conditions): string =>
  JSON.stringify([fingerprint, reader, memoryMb ?? null]);

/**
 * Whether what stands is to be read again now: once after every change, and once a day where the key was the
 * trouble. A reading that was asked for and left no trace in a day is asked for again. Pure.
 */
export const isNewTryDue = (
  known: Remembered & { asked?: Asked },
  conditions: Conditions,
  now: Date,
): boolean => {
  if (conditions.archived) return false;
  const isSince = (time: string): boolean => now.getTime() - Date.parse(time) < DAY_MS;
  const { asked, report } = known;
  if (asked?.under === describeConditions(conditions) && isSince(asked.at)) return false;
  if (whatChanged(known, conditions) !== undefined) return true;
  return KEY_TROUBLE.has(report.reason) && !isSince(report.checkedAt);
};
