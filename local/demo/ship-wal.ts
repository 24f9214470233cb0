import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LocalPostgres } from '../postgres.ts';
import { waitUntil } from '../wait-until.ts';
import { switchSegment } from './database.ts';
import { BACKUPS } from './history.ts';
import type { Store } from './store.ts';

/** `archive_command`: into a folder first, from which every segment goes to S3. */
export const ARCHIVE_COMMAND =
  'test ! -f {archive}/%f && cp %p {archive}/%f.part && mv {archive}/%f.part {archive}/%f';

const SEGMENT = /^[0-9A-F]{24}$/;

/** Carries what PostgreSQL archived to S3, each segment once. A lost one is the fault of the demo. */
export const createWalShipper = (postgres: LocalPostgres, store: Store) => {
  const shipped: string[] = [];
  const archived = async (): Promise<string[]> =>
    (await readdir(postgres.archiveDir)).filter((name) => SEGMENT.test(name)).sort();
  return {
    /** Ends the segment that is being written, and ships all that are archived then. */
    ship: async ({ loseLast = false } = {}): Promise<string> => {
      const before = (await archived()).length;
      await switchSegment(postgres);
      const names = await waitUntil(
        async () => {
          const now = await archived();
          return now.length > before ? now : undefined;
        },
        { deadlineMs: 20_000, what: 'a WAL segment from archive_command' },
      );
      for (const name of names) {
        if (shipped.includes(name)) continue;
        shipped.push(name);
        if (loseLast && name === names.at(-1)) continue;
        const body = await readFile(join(postgres.archiveDir, name));
        await store({ bucket: BACKUPS, key: `mailblast/db/wal/${name}`, body });
      }
      return names.at(-1) ?? '';
    },
  };
};
