import type { ContentsInput } from '../../functions/verify-backup/contents-finding.ts';
import { rememberContents, type Verified } from '../../functions/verify-backup/verified.ts';
import type { Walk } from '../../functions/verify-backup/walk-backup.ts';
import {
  ContentsTally,
  type DumpContents,
  type DumpSaid,
} from '../../shared/postgres-archive/dump-contents.ts';
import { storedBackup } from './backup-policies.ts';

/** Tables as `name: rows`; ten bytes a row. */
export type Tables = Record<string, number>;

export const dumpOf = (
  tables: Tables,
  said: DumpSaid & { objects?: number; extensions?: string[]; roles?: string[] } = {},
): DumpContents => {
  const { objects = Object.keys(tables).length, extensions = [], roles = [], ...says } = said;
  const tally = new ContentsTally();
  for (const [name, rows] of Object.entries(tables)) tally.addTable(name, rows * 10 + 5, rows);
  tally.objects = objects;
  for (const name of extensions) tally.addExtension(name);
  for (const name of roles) tally.addRole(name);
  return tally.contents({ database: 'shop', createdAt: '2026-11-21T02:00:00', ...says });
};

export const walkOf = (contents: DumpContents | undefined, changes: Partial<Walk> = {}): Walk => ({
  bytes: 100,
  sha256: 'a'.repeat(64),
  plainBytes: 1_000,
  layers: [],
  format: 'pg-dump custom',
  ...(contents && { contents }),
  ...(contents?.serverVersion && { serverVersion: contents.serverVersion }),
  ...(contents?.dumpVersion && { dumpVersion: contents.dumpVersion }),
  ...changes,
});

/** The dumps of a series one after the other, a day apart; the last is what is verified. */
export const verifiedAfter = (...dumps: DumpContents[]): Verified => {
  const [newest] = dumps.reduce<Verified[]>(([before], dump, index) => {
    const lastModified = new Date(Date.UTC(2026, 10, 1 + index, 2, 5)).toISOString();
    const contents = rememberContents(dump, lastModified, before?.contents);
    return [{ key: `db/full/${index}.dump`, lastModified, plainBytes: 1_000, contents }];
  }, []);
  if (newest === undefined) throw new Error('a series needs a dump');
  return newest;
};

/** One dump after others of its series. */
export const contentsInput = (
  dump: DumpContents | undefined,
  before: DumpContents[] = [],
  changes: Partial<ContentsInput> = {},
): ContentsInput => {
  const previous = before.length === 0 ? undefined : verifiedAfter(...before);
  const lastModified = new Date('2026-11-21T02:05:00Z');
  return {
    backup: storedBackup(),
    key: 'db/full/new.dump',
    name: 'new.dump',
    lastModified,
    walk: walkOf(dump),
    contents: dump && rememberContents(dump, lastModified.toISOString(), previous?.contents),
    previous,
    hasWalArchive: false,
    ...changes,
  };
};
