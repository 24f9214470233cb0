import { readdirSync, readFileSync } from 'node:fs';
import type { BackupFile, BackupSet } from '../../shared/backup-set/backup-set.ts';
import { openMember } from '../../shared/backup-set/open-member.ts';
import { readStoredName } from '../../shared/backup-set/stored-name.ts';
import { inPieces } from './bytes.ts';

const folder = new URL('../fixtures/directory-dumps/', import.meta.url);

/** Made by the real pg_dump -Fd of 15, 16 and 17: test/fixtures/make-directory-dumps.sh. */
export const DIRECTORY_DUMPS: string[] = readdirSync(folder).sort();

/** Files by their stored names. */
export type Folder = Map<string, Buffer>;

export const readFolder = (name: string): Folder =>
  new Map(
    readdirSync(new URL(`${name}/`, folder)).map((file) => [
      file,
      readFileSync(new URL(`${name}/${file}`, folder)),
    ]),
  );

/** Opens files as `verify-backup` does, from memory; `opened` counts how often. */
export const setOf = (files: Folder, piece = 1_000): BackupSet & { opened: string[] } => {
  const opened: string[] = [];
  return {
    opened,
    files: [...files].map(([storedAs, { length: size }]) => ({
      ...readStoredName(storedAs),
      size,
    })),
    async *open({ storedAs }: BackupFile) {
      opened.push(storedAs);
      const bytes = files.get(storedAs) ?? Buffer.alloc(0);
      const input = { readSecret: async () => '' };
      if (bytes.length === 0) return;
      yield* (await openMember(storedAs, inPieces(bytes, piece), input)).source;
    },
  };
};
