import type { ContentsDecision } from './contents-finding.ts';
import { nameTimes } from './name-times.ts';

const HOUR = 3_600_000;
/** Neither the name nor the dump says in which time zone it is; the clocks of the world span 26 hours. */
const ZONES = 26 * HOUR;
/** A name may be given when the dump ends. */
const DURATION = 12 * HOUR;
/** What a name may speak of besides when the backup was made: when it expires. */
const YEARS = 20 * 366 * 24 * HOUR;

const inWords = (milliseconds: number): string =>
  milliseconds < 72 * HOUR
    ? `${Math.floor(milliseconds / HOUR)} hours`
    : `${Math.floor(milliseconds / (24 * HOUR))} days`;

/**
 * Pure. A dump that was taken long before what its name says: a job that is stuck uploads the old file
 * under a new name. Of several times in a name the one that accuses least counts.
 */
export const decideAgeByName: ContentsDecision = ({ backup, name, contents, lastModified }) => {
  const dumped = Date.parse(`${contents?.createdAt}Z`);
  if (Number.isNaN(dumped)) return undefined;
  const stored = lastModified.getTime();
  const claims = nameTimes(name).filter((time) => time <= stored + ZONES && time > stored - YEARS);
  if (claims.length === 0) return undefined;
  const claimed = Math.min(...claims);
  if (claimed - dumped <= ZONES + DURATION) return undefined;
  return {
    reason: 'older-than-its-name',
    severity: backup.fresh?.severity ?? 'warning',
    finding: `was dumped at ${contents?.createdAt} (the clock of that machine), ${inWords(claimed - dumped)} before what its name says`,
    action:
      'Look at the backup job: it uploads an old file under a new name, so the newest data has no backup. Or the clock of its machine is wrong.',
  };
};
