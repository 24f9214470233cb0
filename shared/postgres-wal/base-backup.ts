import type { BackupLabel } from './backup-label.ts';
import { parseSegmentName } from './segment-name.ts';

/** What is known of a physical base backup. Only with WAL from `start` to `stop` is it a database. */
export type BaseBackup = {
  /** How a report names it: its `.backup` file, its folder, its object. */
  name: string;
  /** On which it was taken. */
  timeline: number;
  start: bigint;
  /** Where its WAL is enough to be consistent; undefined where only the start is known. */
  stop?: bigint;
  /** When it ended, in milliseconds since 1970: the first moment that it can be recovered to. */
  stoppedAt?: number;
};

const TIME = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d) (?:UTC|GMT)$/;

/** Labels hold the server's local time and an abbreviation of its zone, of which only UTC is one of a kind. */
const readTime = (text = ''): number | undefined => {
  const [, date, time] = TIME.exec(text) ?? [];
  const at = Date.parse(`${date}T${time}Z`);
  return Number.isNaN(at) ? undefined : at;
};

/**
 * A base backup as its `.backup` file, its `backup_label` or its manifest tells it. `timeline` is that of
 * the file's name, for labels that do not say (before PostgreSQL 11).
 */
export const baseBackupOf = (name: string, label: BackupLabel, timeline: number): BaseBackup => ({
  name,
  timeline: label.startTimeline ?? timeline,
  start: label.start.lsn,
  stop: label.stop?.lsn,
  stoppedAt: readTime(label.stopTime),
});

const FILE = /^([0-9A-F]{24})\.([0-9A-F]{8})\.backup/;

/** As much as the name of a `.backup` file says, where nobody has read it: where the backup starts. */
export const baseBackupNamed = (name: string, segmentSize: number): BaseBackup | undefined => {
  const [, segment = '', offset = ''] = FILE.exec(name) ?? [];
  const parsed = parseSegmentName(segment, segmentSize);
  if (parsed === undefined) return undefined;
  const start = parsed.number * BigInt(segmentSize) + BigInt(`0x${offset}`);
  return { name, timeline: parsed.timeline, start };
};
