import type { ContentsDecision } from './contents-finding.ts';

/**
 * Pure. A base backup of a running server is consistent only with the WAL of the time that it took: its own,
 * or that of an archive. Source: PostgreSQL documentation, "Continuous Archiving and Point-in-Time Recovery".
 */
export const decideWalNeeded: ContentsDecision = ({ walk: { baseBackup }, hasWalArchive }) => {
  if (baseBackup === undefined || baseBackup.wal !== undefined || hasWalArchive) return undefined;
  // A server that was shut down has nothing to recover.
  if (baseBackup.startLsn === undefined) return undefined;
  return {
    reason: 'wal-missing',
    severity: 'warning',
    finding: `brings no WAL along (none from ${baseBackup.startLsn} on), and the plan has no archive of WAL: without one it cannot be restored`,
    action:
      'Find out whether its pg_wal.tar was lost, or let pg_basebackup take the WAL along (-X stream). Where an archive exists, write it into the plan as a backup of kind wal.',
  };
};
