import type { RecoveryWindow } from './recovery-windows.ts';

export type AchievedRpo =
  | {
      known: true;
      /** What a disaster now would lose, at most: the age of the end of the WAL that can be recovered. */
      seconds: number;
      window: RecoveryWindow;
    }
  | { known: false; reason: 'no-base-backup' | 'no-usable-base-backup' | 'time-not-known' };

/**
 * How much would be lost if the server went up in smoke at `now` (milliseconds since 1970). Of all usable
 * base backups the one whose WAL goes on longest counts, as it is the one that would be restored. A
 * server that wrote nothing has nothing to lose, and archives nothing: then this is more than the truth.
 */
export const achievedRpo = (windows: readonly RecoveryWindow[], now: number): AchievedRpo => {
  if (windows.length === 0) return { known: false, reason: 'no-base-backup' };
  const usable = windows.filter((window) => window.state === 'usable');
  if (usable.length === 0) return { known: false, reason: 'no-usable-base-backup' };
  const at = ({ to }: (typeof usable)[number]): number => to.time?.at ?? Number.NEGATIVE_INFINITY;
  const best = usable.reduce((latest, one) => (at(one) >= at(latest) ? one : latest));
  if (best.to.time === undefined) return { known: false, reason: 'time-not-known' };
  const seconds = Math.max(0, (now - best.to.time.at) / 1_000);
  return { known: true, seconds, window: best };
};
