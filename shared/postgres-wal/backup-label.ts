import { parseLsn } from './lsn.ts';

/** A position in the WAL and the name of the segment that holds it. */
type Place = { lsn: bigint; segment: string };

export type BackupLabel = {
  start: Place;
  /** Absent in a `backup_label`, which is written before the backup ends. */
  stop?: Place;
  startTimeline?: number;
  stopTimeline?: number;
  /** As the server wrote it, with the server's own time zone. */
  startTime?: string;
  stopTime?: string;
  label?: string;
};

const FIELD = /^([A-Z][A-Z ]*): (.*)$/;
const PLACE = /^(\S+) \(file ([0-9A-F]{24})\)$/;

const fieldsOf = (text: string): Map<string, string> =>
  new Map(
    text.split(/\r?\n/).flatMap((line) => {
      const [, name, value] = FIELD.exec(line) ?? [];
      return name === undefined || value === undefined ? [] : [[name, value] as const];
    }),
  );

const readPlace = (text = ''): Place | undefined => {
  const [, position = '', segment = ''] = PLACE.exec(text) ?? [];
  const lsn = parseLsn(position);
  return lsn === undefined ? undefined : { lsn, segment };
};

const readTimeline = (text = ''): number | undefined =>
  /^[1-9]\d{0,9}$/.test(text) ? Number(text) : undefined;

/**
 * Reads a `.backup` file of an archive, or a `backup_label`: the exact range of WAL that a base backup
 * needs. Answers undefined where it does not say where the backup starts. Never throws.
 *
 * Format: PostgreSQL xlogbackup.c, build_backup_content.
 */
export const parseBackupLabel = (text: string): BackupLabel | undefined => {
  const fields = fieldsOf(text);
  const start = readPlace(fields.get('START WAL LOCATION'));
  if (start === undefined) return undefined;
  return {
    start,
    stop: readPlace(fields.get('STOP WAL LOCATION')),
    startTimeline: readTimeline(fields.get('START TIMELINE')),
    stopTimeline: readTimeline(fields.get('STOP TIMELINE')),
    startTime: fields.get('START TIME'),
    stopTime: fields.get('STOP TIME'),
    label: fields.get('LABEL'),
  };
};
