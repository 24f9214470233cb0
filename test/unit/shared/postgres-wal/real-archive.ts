import { readFileSync } from 'node:fs';
import * as z from 'zod';

const fixtures = new URL('../../../fixtures/postgres-wal/', import.meta.url);

const archiveSchema = z.object({
  postgres: z.number(),
  segmentSize: z.number(),
  files: z.array(
    z.object({
      name: z.string(),
      bytes: z.number(),
      header: z.string().optional(),
      text: z.string().optional(),
    }),
  ),
});

export type RealArchive = z.infer<typeof archiveSchema>;

export const readFixture = (name: string): string => readFileSync(new URL(name, fixtures), 'utf8');

/** The archive of a real server: names, sizes, first bytes and small texts. */
export const readRealArchive = (version: 15 | 18): RealArchive =>
  archiveSchema.parse(JSON.parse(readFixture(`archive-${version}.json`)));

export const textOf = (archive: RealArchive, name: string): string =>
  archive.files.find((file) => file.name === name)?.text ?? '';
