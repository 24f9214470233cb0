import type { ContentsDecision } from './contents-finding.ts';
import { sameNames } from './verified.ts';

/** Fewer rise and fall by half on any day. */
const LEAST = 100;

/** Pure. Large objects stand in no table, so no table shows that they are gone. */
export const decideLargeObjects: ContentsDecision = ({ backup, contents, previous }) => {
  const before = previous?.contents;
  if (contents === undefined || before === undefined || before.largeObjects < LEAST)
    return undefined;
  if (!sameNames(contents.databases, before.databases)) return undefined;
  const left = 1 - backup.shrinkWarningPercent / 100;
  if (contents.largeObjects > before.largeObjects * left) return undefined;
  return {
    reason: 'large-objects-lost',
    severity: 'warning',
    finding: `holds ${contents.largeObjects} large objects after ${before.largeObjects}`,
    action:
      'Find out who removed them (vacuumlo, lo_unlink), or whether the backup job leaves them out (-B, -n, -t). Keep the backup before this one until you know.',
  };
};
