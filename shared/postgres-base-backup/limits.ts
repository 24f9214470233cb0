import { NotJudgedError } from '../backup-encoding/damage-error.ts';

/**
 * What a base backup may ask for before it is left unjudged. A file costs about 250 bytes of memory with a
 * CRC and 500 with a SHA-512, 1.2 KB at most (a long name that is not Latin, the manifest behind the files),
 * so that a million fit into the function's memory.
 */
export type BaseBackupLimits = {
  /** In the backup, and in its manifest. */
  files: number;
  /**
   * In all names of files and targets of links that are kept, and in the manifest: a hundred for each of a
   * million files, of which real ones have about 20, and 50 in a tablespace.
   */
  nameCharacters: number;
  manifestBytes: number;
};

export const BASE_BACKUP_LIMITS: BaseBackupLimits = {
  files: 1_000_000,
  nameCharacters: 100_000_000,
  manifestBytes: 400 * 1024 ** 2,
};

const WORDS = {
  files: 'files',
  nameCharacters: 'characters in the names of its files',
  databases: 'databases',
  tablespaces: 'tablespaces',
  manifestBytes: 'bytes of backup_manifest',
  manifestLine: 'bytes in a line of backup_manifest',
};
export type LimitName = keyof typeof WORDS;

export const overLimit = (name: LimitName, limit: number): NotJudgedError =>
  new NotJudgedError('over-limit', `it has more than ${limit} ${WORDS[name]}`);
