import type { ListedObject } from '../../shared/object-listing/list-objects.ts';
import type { Location } from '../../shared/plan/location.ts';
import { classifyArchiveName } from '../../shared/postgres-wal/archive-name.ts';
import type { WalFile } from './wal-seen.ts';

/** A run lists this much of what is new; an archive found large is caught up with over several runs. */
export const TAIL_PAGES = 10;

export const walFile = (location: Location, object: ListedObject): WalFile => ({
  name: object.key.slice(location.prefix.length),
  at: object.lastModified.toISOString(),
  bytes: object.size,
  etag: object.etag,
});

const kindOf = ({ name }: Pick<WalFile, 'name'>) =>
  classifyArchiveName(name.slice(name.lastIndexOf('/') + 1)).kind;

export const isSegment = (file: Pick<WalFile, 'name'>): boolean => kindOf(file) === 'segment';

/** What a copy of the archive must hold: all but the unfinished ends of timelines. */
export const mustBeCopied = (file: Pick<WalFile, 'name'>): boolean => kindOf(file) !== 'partial';
