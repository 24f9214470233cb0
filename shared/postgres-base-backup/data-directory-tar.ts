import type { ByteSource } from '../backup-encoding/byte-source.ts';
import { NotJudgedError } from '../backup-encoding/damage-error.ts';
import { readManifest } from './backup-manifest.ts';
import type { BaseBackupContents } from './base-backup-contents.ts';
import { DataDirectory } from './data-directory.ts';
import { judgeDataDirectory } from './judge-data-directory.ts';
import { BASE_BACKUP_LIMITS, type BaseBackupLimits, overLimit } from './limits.ts';
import { type Place, readMembers } from './read-members.ts';

const MANIFEST = 'backup_manifest';
const MAX_TABLESPACES = 2_000;

/** Names that only a data directory has. What stands before the first of them is where it lies. */
const KNOWN =
  /^(?:(.*?)\/)??(PG_VERSION|backup_label|backup_manifest|tablespace_map|base\/\d+|global\/(?:\d+|pg_control)|pg_(?:commit_ts|dynshmem|logical|multixact|notify|replslot|serial|snapshots|stat|stat_tmp|subtrans|tblspc|twophase|wal|xact))(?:[/_.].*)?$/;

/** Whether the bytes begin like a tar: the first 512 are a header. */
export const looksLikeTar = (head: Buffer): boolean =>
  head.subarray(257, 262).toString('latin1') === 'ustar';

/**
 * Finds the data directory in a tar: at its top, or in a folder of any depth. What lies beside it (a
 * configuration in /etc) is passed over.
 */
const findRoot = (tablespaces: Set<number>): Place => {
  let root: string | undefined;
  return (path) => {
    if (root === undefined) {
      const found = KNOWN.exec(path);
      if (found === null) return undefined;
      root = found[1] ?? '';
    }
    const isInside = root === '' || path.startsWith(`${root}/`);
    if (!isInside) {
      if (!path.endsWith('/global/pg_control')) return undefined;
      throw new NotJudgedError('content-not-recognised', 'it holds more than one data directory');
    }
    const below = root === '' ? path : path.slice(root.length + 1);
    const oid = /^pg_tblspc\/(\d{1,10})\/./.exec(below)?.[1];
    if (oid !== undefined) tablespaces.add(Number(oid));
    if (tablespaces.size > MAX_TABLESPACES) throw overLimit('tablespaces', MAX_TABLESPACES);
    return below;
  };
};

/**
 * Verifies one tar of a data directory: of `pg_basebackup -D - -Ft`, or of any program that copied it
 * while it was shut down or in backup mode. A `backup_manifest` inside is compared, wherever it stands.
 * Memory grows with the number of files alone.
 *
 * @throws {DamageError} what is wrong with it, naming the file.
 * @throws {NotJudgedError} what this version cannot judge; more than `limits` allow.
 */
export const walkDataDirectoryTar = async (
  source: ByteSource,
  limits: BaseBackupLimits = BASE_BACKUP_LIMITS,
): Promise<BaseBackupContents> => {
  const directory = new DataDirectory(limits, true);
  const tablespacesInside = new Set<number>();
  await readMembers(source, {
    directory,
    place: findRoot(tablespacesInside),
    async readOther(path, pieces) {
      if (path !== MANIFEST) return false;
      directory.comparison.setManifest(await readManifest(pieces(), limits));
      return true;
    },
  });
  return judgeDataDirectory(directory, { tablespacesInside });
};
