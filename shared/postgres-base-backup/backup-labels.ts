import { DamageError } from '../backup-encoding/damage-error.ts';
import { type BackupLabel, parseBackupLabel } from '../postgres-wal/backup-label.ts';
import { parseLsn } from '../postgres-wal/lsn.ts';

/** `backup_label`, with what only it has and an archive's `.backup` file does not need. */
export type DirectoryLabel = BackupLabel & {
  /** `primary` (`master` up to 13) or `standby`. */
  from?: string;
  /** Since 17: the backup holds what changed since an earlier one began there. */
  incrementalFrom?: bigint;
};

const fieldOf = (text: string, name: string): string | undefined =>
  new RegExp(`^${name}: (.*)$`, 'm').exec(text)?.[1];

/**
 * Reads `backup_label`: PostgreSQL recovers from where it says.
 * Format: PostgreSQL xlogbackup.c, build_backup_content.
 *
 * @throws {DamageError} `corrupt`: PostgreSQL refuses to start with it.
 */
export const readDirectoryLabel = (bytes: Buffer): DirectoryLabel => {
  const text = bytes.toString('utf8');
  const label = parseBackupLabel(text);
  if (label === undefined) {
    throw new DamageError('corrupt', 'backup_label does not say where the backup starts');
  }
  const incremental = fieldOf(text, 'INCREMENTAL FROM LSN');
  return {
    ...label,
    from: fieldOf(text, 'BACKUP FROM'),
    ...(incremental !== undefined && { incrementalFrom: parseLsn(incremental) }),
  };
};

export type Tablespace = { oid: number; location: string };

/**
 * Reads `tablespace_map`: a line `<oid> <path>` for each tablespace, a newline within a path after a
 * backslash. Format: PostgreSQL xlog.c, do_pg_backup_start and read_tablespace_map.
 *
 * @throws {DamageError} `corrupt`: PostgreSQL refuses to start with it.
 */
export const readTablespaceMap = (bytes: Buffer): Tablespace[] => {
  const lines = bytes.toString('utf8').match(/(?:\\[\s\S]|[^\\\n\r])+/g) ?? [];
  return lines.map((line) => {
    const [, oid, location] = /^(\d{1,10}) ([\s\S]+)$/.exec(line) ?? [];
    if (oid === undefined || location === undefined) {
      throw new DamageError('corrupt', 'tablespace_map has a line without a tablespace');
    }
    return { oid: Number(oid), location: location.replaceAll(/\\([\s\S])/g, '$1') };
  });
};
