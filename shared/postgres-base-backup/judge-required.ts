import { DamageError, NotJudgedError } from '../backup-encoding/damage-error.ts';
import {
  type DirectoryLabel,
  readDirectoryLabel,
  readTablespaceMap,
  type Tablespace,
} from './backup-labels.ts';
import { type ControlFile, majorsOf, parseControlFile } from './control-file.ts';
import type { DataDirectory } from './data-directory.ts';

/** What the files say without which PostgreSQL does not start. */
export type Required = {
  major: number;
  control: ControlFile;
  label?: DirectoryLabel;
  tablespaces: Tablespace[];
  /** A copy of a server that was shut down: nothing in it may be half written. */
  isCold: boolean;
  /** Such a backup is complete by what it says; of other copies a part may be elsewhere. */
  isByPgBasebackup: boolean;
};

const missing = (path: string, isByPgBasebackup: boolean): Error =>
  isByPgBasebackup
    ? new DamageError('truncated', `${path} is missing`)
    : new NotJudgedError(
        'content-not-recognised',
        `it holds no ${path}: it is no whole data directory, or a part of one`,
      );

const readMajor = (bytes: Buffer, control: ControlFile): number => {
  const [, digits] = /^(\d{1,2})\s*$/.exec(bytes.toString('latin1')) ?? [];
  if (digits === undefined) throw new DamageError('corrupt', 'PG_VERSION is not of a version');
  const major = Number(digits);
  if (!majorsOf(control).includes(major)) {
    throw new DamageError(
      'corrupt',
      `PG_VERSION says ${major}, but global/pg_control is of ${majorsOf(control).join(', ')}`,
    );
  }
  return major;
};

/**
 * Reads the files without which PostgreSQL does not start.
 *
 * @throws {DamageError | NotJudgedError} where one is missing or broken.
 */
export const judgeRequired = ({ kept, firstFile, comparison }: DataDirectory): Required => {
  const isByPgBasebackup = comparison.manifest !== undefined || firstFile === 'backup_label';
  const version = kept.get('PG_VERSION');
  const controlBytes = kept.get('global/pg_control');
  if (controlBytes === undefined) throw missing('global/pg_control', isByPgBasebackup);
  if (version === undefined) throw missing('PG_VERSION', isByPgBasebackup);
  const control = parseControlFile(controlBytes);
  const labelBytes = kept.get('backup_label');
  const map = kept.get('tablespace_map');
  return {
    control,
    major: readMajor(version, control),
    ...(labelBytes !== undefined && { label: readDirectoryLabel(labelBytes) }),
    tablespaces: map === undefined ? [] : readTablespaceMap(map),
    isCold: labelBytes === undefined && control.state.startsWith('shut down'),
    isByPgBasebackup,
  };
};
