import { classifyArchiveName } from '../../shared/postgres-wal/archive-name.ts';
import { parseBackupLabel } from '../../shared/postgres-wal/backup-label.ts';
import {
  type BaseBackup,
  baseBackupNamed,
  baseBackupOf,
} from '../../shared/postgres-wal/base-backup.ts';
import type { ArchiveClient } from './archive-client.ts';
import type { Label } from './observation.ts';
import { isOpened, textOf } from './small-file.ts';

/** Older base backups than so many are not judged: their windows begin where a younger one's does not. */
const MOST_LABELS = 200;
/** Read in one run; each is a GET request. */
const READ_A_RUN = 50;

/** A base backup by its `.backup` file; `wasRead` is false where only the name was looked at. */
export type LabelRead = { backup: BaseBackup; at: number; wasRead: boolean };

const readOne = async (client: Pick<ArchiveClient, 'read'>, { name, timeline }: Label) => {
  const what = classifyArchiveName(name);
  const compression = what.kind === 'backup-label' ? what.compression : undefined;
  if (!isOpened(compression)) return undefined;
  try {
    const label = parseBackupLabel(textOf(await client.read(name), compression));
    return label && baseBackupOf(name, label, timeline);
  } catch {
    return undefined;
  }
};

/**
 * Reads the `.backup` files that were not read before, the youngest first. One that cannot be read is known
 * by its name alone, and tried again with the next run. Never rejects.
 */
export const readLabels = async (
  client: Pick<ArchiveClient, 'read'>,
  labels: readonly Label[],
  known: readonly LabelRead[],
  segmentSize: number,
): Promise<LabelRead[]> => {
  const before = new Map(
    known.flatMap((one) => (one.wasRead ? [[`${one.backup.name} ${one.at}`, one] as const] : [])),
  );
  const youngest = labels.toSorted((a, b) => b.at - a.at).slice(0, MOST_LABELS);
  let reads = 0;
  const all = await Promise.all(
    youngest.map(async (label): Promise<LabelRead[]> => {
      const { name, at } = label;
      const read = before.get(`${name} ${at}`);
      if (read !== undefined) return [read];
      reads += 1;
      const opened = reads <= READ_A_RUN ? await readOne(client, label) : undefined;
      const backup = opened ?? baseBackupNamed(name, segmentSize);
      return backup === undefined ? [] : [{ backup, at, wasRead: opened !== undefined }];
    }),
  );
  return all.flat();
};
