import { readdirSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import type { StoredBackup } from '../../shared/plan/plan.ts';

/** What undoes it for real: the program that a person would restore it with. */
export type Restorer = 'pg_restore' | 'psql';

/** A healthy backup that is to be damaged. */
export type Subject = {
  /** The row of the table that it counts in. */
  group: string;
  name: string;
  bytes: Buffer;
  encoding?: StoredBackup['encoding'];
  /** Which major's programs can read it; undefined where nothing is compared. */
  restore?: { by: Restorer; major: number };
};

const folder = (name: string): URL => new URL(`../../test/fixtures/${name}/`, import.meta.url);
const filesOf = (name: string): { name: string; bytes: Buffer }[] =>
  readdirSync(folder(name))
    .filter((file) => /\.(sql|dump|tar)$/.test(file))
    .map((file) => ({ name: file, bytes: readFileSync(new URL(file, folder(name))) }));

const COMPRESSIONS: [pattern: RegExp, group: string][] = [
  [/-z0|objects-z0/, '-Fc, not compressed'],
  [/zstd/, '-Fc, zstd'],
  [/lz4/, '-Fc, lz4'],
];

const groupOfArchive = (name: string): string => {
  if (name.endsWith('.tar')) return '-Ft';
  return COMPRESSIONS.find(([pattern]) => pattern.test(name))?.[1] ?? '-Fc, gzip';
};

/** Every fixture of a dump, plain ones also inside gzip. */
export const readSubjects = (): Subject[] => {
  const archives = filesOf('archive-dumps').map(({ name, bytes }) => ({
    group: groupOfArchive(name),
    name,
    bytes,
    restore: { by: 'pg_restore' as const, major: Number.parseInt(name, 10) },
  }));
  const plain = filesOf('plain-dumps')
    .filter(({ name }) => name.endsWith('.sql'))
    .map(({ name, bytes }) => ({ group: 'plain', name, bytes }));
  const zipped = plain.map(({ name, bytes }) => ({
    group: 'plain, gzip',
    name: `${name}.gz`,
    bytes: gzipSync(bytes),
  }));
  return [...archives, ...plain, ...zipped];
};
