import type { ByteSource } from '../../shared/backup-encoding/byte-source.ts';
import { DamageError, NotJudgedError } from '../../shared/backup-encoding/damage-error.ts';
import { releasePiece } from '../../shared/backup-encoding/release-piece.ts';
import type { StoredBackup } from '../../shared/plan/plan.ts';
import { walkCustomDump } from '../../shared/postgres-archive/custom-dump.ts';
import type { DumpContents } from '../../shared/postgres-archive/dump-contents.ts';
import { type PlainDump, PlainDumpWalk } from '../../shared/postgres-archive/plain-dump.ts';
import { walkTarDump } from '../../shared/postgres-archive/tar-dump.ts';
import type { BaseBackupContents } from '../../shared/postgres-base-backup/base-backup-contents.ts';
import {
  looksLikeTar,
  walkDataDirectoryTar,
} from '../../shared/postgres-base-backup/data-directory-tar.ts';
import { readTarHeader, TAR_BLOCK } from '../../shared/tar/tar-header.ts';

/** What stands under all layers of a backup that was read to its end. */
export type Format = {
  format:
    | 'pg-dump plain'
    | 'pg-dumpall plain'
    | 'pg-dump custom'
    | 'pg-dump tar'
    | 'pg-dump directory'
    | 'base backup'
    | 'bytes';
  serverVersion?: string;
  dumpVersion?: string;
  /** Of a dump whose tables can be told apart without running it. */
  contents?: DumpContents;
  baseBackup?: BaseBackupContents;
};

const FORMATS: [magic: string, name: string][] = [
  ['(\xb5/\xfd', 'zstd'],
  ['BZh', 'bzip2'],
  ['\xfd7zXZ', 'xz'],
  ['\x04"M\x18', 'lz4'],
];

const namedFormat = (head: Buffer): string | undefined =>
  FORMATS.find(([magic]) => head.toString('latin1').startsWith(magic))?.[1];

const SQL_NAME = /\.sql(\.(gz|enc|aes|openssl|bz2|xz|zst|lz4))*$/i;

/** What does not begin like a dump is broken where its name says that it is one, and else unknown. */
const endDump = (dump: PlainDumpWalk, name: string): PlainDump => {
  try {
    return dump.end();
  } catch (error) {
    const isForeign = error instanceof DamageError && error.damage === 'not-a-dump';
    if (!isForeign || SQL_NAME.test(name)) throw error;
    throw new NotJudgedError('format-not-recognised', 'it begins like no format of pg_dump');
  }
};

const ARCHIVES: [magic: string, walk: typeof walkCustomDump, format: Format['format']][] = [
  ['PGDMP', walkCustomDump, 'pg-dump custom'],
  ['toc.dat\0', walkTarDump, 'pg-dump tar'],
];

const walkBaseBackup = async (head: Buffer, plain: ByteSource): Promise<Format> => {
  if (!looksLikeTar(head)) {
    throw new NotJudgedError(
      'format-not-supported',
      'it is no tar; a data directory that is stored file by file is not judged by this version',
    );
  }
  const baseBackup = await walkDataDirectoryTar(plain);
  return { format: 'base backup', serverVersion: baseBackup.serverVersion, baseBackup };
};

/** pg_dump names this owner in every header that it writes. Source: tarCreateHeader of tar.c. */
const OWNER = { start: 265, name: 'postgres\0' };

/**
 * A tar that another program made, of a directory dump perhaps: its files can come in any order.
 *
 * @throws {DamageError} where the header's checksum does not agree: then it may be anything.
 */
const isForeignTar = (head: Buffer): boolean => {
  if (!looksLikeTar(head) || head.length < TAR_BLOCK) return false;
  readTarHeader(head.subarray(0, TAR_BLOCK));
  return head.toString('latin1', OWNER.start, OWNER.start + OWNER.name.length) !== OWNER.name;
};

/**
 * Walks what is inside all layers, to its end, as the backup's kind promises it.
 *
 * @param head the first bytes of `plain`, which still begins with them.
 * @throws {DamageError} what is wrong with the bytes.
 * @throws {NotJudgedError} what this version cannot judge.
 */
export const walkFormat = async (
  backup: StoredBackup,
  head: Buffer,
  plain: ByteSource,
  name: string,
): Promise<Format> => {
  const isDump = backup.kind === 'pg-dump';
  if (isDump && isForeignTar(head)) {
    throw new NotJudgedError(
      'format-not-supported',
      'it is a tar that pg_dump did not write; the files of a directory dump are read where they lie in a folder, not in a tar',
    );
  }
  const start = head.toString('latin1');
  const archive = ARCHIVES.find(([magic]) => isDump && start.startsWith(magic));
  if (archive !== undefined) {
    const [, walkArchive, format] = archive;
    const contents = await walkArchive(plain);
    const { serverVersion, dumpVersion } = contents;
    return { format, serverVersion, dumpVersion, contents };
  }
  const other = namedFormat(head);
  if (other !== undefined && (isDump || backup.kind === 'base-backup')) {
    throw new NotJudgedError('format-not-supported', `${other} is not judged by this version`);
  }
  if (backup.kind === 'base-backup') return walkBaseBackup(head, plain);
  const dump = isDump ? new PlainDumpWalk() : undefined;
  for await (const piece of plain) {
    dump?.push(piece);
    releasePiece(piece);
  }
  if (dump === undefined) return { format: 'bytes' };
  const { kind, contents } = endDump(dump, name);
  const { serverVersion, dumpVersion } = contents;
  const format = kind === 'cluster' ? 'pg-dumpall plain' : 'pg-dump plain';
  return { format, serverVersion, dumpVersion, contents };
};
