/** What a base backup was seen to hold. LSNs as PostgreSQL prints them. */
export type BaseBackupContents = {
  /** The major version, of PG_VERSION. */
  serverVersion: string;
  systemIdentifier: string;
  /** As pg_control has it: `in production` of a backup that was taken of a running server. */
  state: string;
  timeline: number;
  /** Recovery begins there. Absent of a copy of a server that was shut down. */
  startLsn?: string;
  /** Recovery must come so far. Absent where no manifest says it. */
  stopLsn?: string;
  /** As the server wrote it, with its own time zone. */
  startTime?: string;
  label?: string;
  /** `primary` (`master` up to 13) or `standby`. */
  from?: string;
  /** Holds what changed since an earlier backup, which `pg_combinebackup` needs too. */
  isIncremental: boolean;
  files: number;
  bytes: number;
  tablespaces: { oid: number; location: string }[];
  /** Segments that the backup brings along: absent where it needs an archive for every start. */
  wal?: { segments: number; bytes: number };
  manifest?: { version: number; files: number };
  dataChecksums: boolean;
  pages: number;
  /** Of these the checksum was verified. */
  pagesVerified: number;
};
