import type { ByteSource } from '../backup-encoding/byte-source.ts';

/** One file of a backup that consists of several. */
export type BackupFile = {
  /** As the program that made the backup calls it under all layers: `3456.dat`, `base.tar`, `backup_manifest`. */
  name: string;
  /** As it is stored, below the folder: `3456.dat.gz`, `base.tar.zst.gpg`. */
  storedAs: string;
  /** In bytes, as it is stored. */
  size: number;
};

/** A folder that is one backup. Nothing is promised about the order of its files. */
export type BackupSet = {
  files: readonly BackupFile[];
  /**
   * The bytes under all layers: those that the plan names are taken off, and the compression that the
   * stored name ends with (`.gz`, `.zst`, …). A file of 0 bytes gives nothing. Several may be open at
   * once; each is read as it is consumed, and leaving it early ends its reading. A piece is the reader's.
   *
   * @throws {DamageError | NotJudgedError} of a layer, while it is read; errors of the store pass through.
   */
  open(file: BackupFile): ByteSource;
};
