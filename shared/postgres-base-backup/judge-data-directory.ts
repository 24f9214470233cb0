import { DamageError, NotJudgedError } from '../backup-encoding/damage-error.ts';
import { formatLsn } from '../postgres-wal/lsn.ts';
import type { BackupManifest } from './backup-manifest.ts';
import type { BaseBackupContents } from './base-backup-contents.ts';
import type { DataDirectory } from './data-directory.ts';
import { judgePages } from './judge-pages.ts';
import { judgeRequired, type Required } from './judge-required.ts';
import { judgeUnlistedWal, judgeWal } from './judge-wal.ts';
import type { Differences } from './manifest-comparison.ts';
import { ProblemList } from './problem-list.ts';

/** What is known of a backup besides its files. */
export type Circumstances = {
  /** Tablespaces of which there is a folder or a tar, be it empty. */
  tablespacesInside: ReadonlySet<number>;
};

const refuseDifferences = ({ lost, changed }: Differences): void => {
  if (lost.count + changed.count === 0) return;
  const parts = [lost, changed].filter(({ count }) => count > 0).map(String);
  throw new DamageError(changed.count === 0 ? 'truncated' : 'corrupt', parts.join('; '));
};

const judgeSystem = (
  { systemIdentifier }: Partial<BackupManifest>,
  { control }: Required,
): void => {
  if (systemIdentifier === undefined || systemIdentifier === control.systemIdentifier) return;
  throw new DamageError(
    'corrupt',
    `backup_manifest is of cluster ${systemIdentifier}, global/pg_control of ${control.systemIdentifier}`,
  );
};

/** Without its mapped catalogs no database opens. */
const judgeMaps = ({ mapped, relations }: DataDirectory): void => {
  const lost = new ProblemList();
  for (const [folder, nodes] of mapped) {
    for (const node of nodes) {
      if (!relations.get(folder)?.has(node)) lost.add(`${folder}/${node} is missing`);
    }
  }
  if (!mapped.has('global')) lost.add('global/pg_filenode.map is missing');
  if (lost.count > 0) throw new DamageError('truncated', `${lost}`);
};

const findTablespaces = (
  { links }: DataDirectory,
  { tablespaces }: Required,
): BaseBackupContents['tablespaces'] => {
  const found = new Map(tablespaces.map((tablespace) => [tablespace.oid, tablespace]));
  for (const [path, location] of links) {
    const oid = Number(/^pg_tblspc\/(\d{1,10})$/.exec(path)?.[1] ?? Number.NaN);
    if (!(Number.isNaN(oid) || found.has(oid))) found.set(oid, { oid, location });
  }
  return [...found.values()];
};

const judgeTablespaces = (
  all: BaseBackupContents['tablespaces'],
  { tablespacesInside }: Circumstances,
  { isByPgBasebackup }: Required,
): void => {
  const outside = all.filter(({ oid }) => !tablespacesInside.has(oid));
  if (outside.length === 0) return;
  const named = outside.slice(0, 3).map(({ oid, location }) => `${oid} (${location})`);
  const words = `${outside.length} of ${all.length} tablespaces are not inside: ${named.join(', ')}`;
  throw isByPgBasebackup
    ? new DamageError('truncated', words)
    : new NotJudgedError('content-not-recognised', words);
};

/** @returns where the backup ends, where something says so. */
const judgeRanges = (directory: DataDirectory, required: Required): bigint | undefined => {
  const { segments } = directory.wal;
  const { control, label, isCold, isByPgBasebackup } = required;
  const { walRanges } = directory.comparison.manifest ?? {};
  const stop = walRanges?.at(-1)?.end;
  if (segments.size === 0) return stop;
  const context = { control, segments };
  if (isCold) {
    const start = control.redoLsn;
    judgeWal([{ timeline: control.timeline, start, end: start + 1n }], context);
  } else if (walRanges !== undefined) {
    judgeWal(walRanges, context);
  } else if (isByPgBasebackup && label !== undefined) {
    // Another program may leave to the archive what was written after it passed by.
    const timeline = label.startTimeline ?? control.timeline;
    return judgeUnlistedWal({ ...label, timeline }, context);
  }
  return stop;
};

/** @throws {NotJudgedError} what no file of the backup can prove. */
const judgeWhatIsLeft = ({ uncompared }: Differences, { label, isCold }: Required): void => {
  if (uncompared.count > 0) {
    throw new NotJudgedError(
      'format-not-supported',
      `the manifest stands behind the files, so that these checksums were not compared: ${uncompared}`,
    );
  }
  if (label !== undefined || isCold) return;
  throw new NotJudgedError(
    'content-not-recognised',
    'it has no backup_label and is of a running server: it can be restored only if it was copied from a snapshot of one moment, which nothing in it shows',
  );
};

const describe = (
  directory: DataDirectory,
  { control, label, major }: Required,
  stop: bigint | undefined,
): Omit<BaseBackupContents, 'tablespaces' | 'pagesVerified'> => {
  const { manifest } = directory.comparison;
  const { segments } = directory.wal;
  return {
    serverVersion: String(major),
    systemIdentifier: String(control.systemIdentifier),
    state: control.state,
    timeline: label?.startTimeline ?? control.timeline,
    ...(label && { startLsn: formatLsn(label.start.lsn) }),
    ...(stop !== undefined && { stopLsn: formatLsn(stop) }),
    ...(label?.startTime && { startTime: label.startTime.slice(0, 64) }),
    ...(label?.label && { label: label.label.slice(0, 256) }),
    ...(label?.from && { from: label.from.slice(0, 16) }),
    isIncremental: label?.incrementalFrom !== undefined,
    files: directory.files,
    bytes: directory.bytes,
    ...(segments.size > 0 && {
      wal: { segments: segments.size, bytes: segments.size * control.walSegmentSize },
    }),
    ...(manifest && { manifest: { version: manifest.version, files: manifest.named } }),
    dataChecksums: control.hasDataChecksums,
    pages: directory.pages.pages,
  };
};

/**
 * Judges a data directory of which every file was read. What is damaged is said before what cannot be
 * judged.
 *
 * @throws {DamageError} what PostgreSQL would not start with, or not read.
 * @throws {NotJudgedError} what nothing in the backup shows.
 */
export const judgeDataDirectory = (
  directory: DataDirectory,
  circumstances: Circumstances,
): BaseBackupContents => {
  const differences = directory.comparison.end();
  refuseDifferences(differences);
  const required = judgeRequired(directory);
  const { control, label } = required;
  judgeSystem(directory.comparison.manifest ?? {}, required);
  judgeMaps(directory);
  const stopLsn = judgeRanges(directory, required);
  const pagesVerified = judgePages(directory.pages, {
    ...control,
    ...required,
    unlogged: directory.unlogged,
    ...(label && { startLsn: label.start.lsn }),
    stopLsn,
  });
  const tablespaces = findTablespaces(directory, required);
  judgeTablespaces(tablespaces, circumstances, required);
  judgeWhatIsLeft(differences, required);
  return { ...describe(directory, required, stopLsn), tablespaces, pagesVerified };
};
