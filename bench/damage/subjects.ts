import { readdirSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import type { Stored } from './stored.ts';

/** What undoes it for real: the program that a person would restore it with. */
export type Restorer = 'pg_restore' | 'psql';

/** A healthy backup that is to be damaged. */
export type Subject = {
  /** The row of the table that it counts in. */
  group: string;
  name: string;
  stored: Stored;
  /** Which major's programs can read it; undefined where nothing is compared. */
  restore?: { by: Restorer; major: number };
};

const folder = (name: string): URL => new URL(`../../test/fixtures/${name}/`, import.meta.url);
const filesOf = (name: string): { name: string; bytes: Buffer }[] =>
  readdirSync(folder(name))
    .filter((file) => /\.(sql|dump|tar)$/.test(file))
    .map((file) => ({ name: file, bytes: readFileSync(new URL(file, folder(name))) }));

/** How the names of fixtures say what compresses them; the others are compressed by gzip. */
const COMPRESSED: [word: string, group: string][] = [
  ['z0', 'not compressed'],
  ['zstd', 'zstd'],
  ['lz4', 'lz4'],
];
const compressionOf = (name: string): string =>
  COMPRESSED.find(([word]) => name.includes(word))?.[1] ?? 'gzip';

const groupOfArchive = (name: string): string => {
  if (name.endsWith('.tar')) return '-Ft';
  return `-Fc, ${compressionOf(name)}`;
};

const readDirectory = (name: string): Map<string, Buffer> => {
  const at = new URL(`${name}/`, folder('directory-dumps'));
  return new Map(readdirSync(at).map((file) => [file, readFileSync(new URL(file, at))]));
};

/** Every fixture of a dump, plain ones also inside gzip. */
export const readSubjects = (): Subject[] => {
  const restoredBy = (name: string) => ({
    restore: { by: 'pg_restore' as const, major: Number.parseInt(name, 10) },
  });
  const archives = filesOf('archive-dumps').map(({ name, bytes }) => ({
    group: groupOfArchive(name),
    name,
    stored: bytes,
    ...restoredBy(name),
  }));
  const directories = readdirSync(folder('directory-dumps'))
    .sort()
    .map((name) => ({
      group: `-Fd, ${compressionOf(name)}`,
      name,
      stored: readDirectory(name),
      ...restoredBy(name),
    }));
  const plain = filesOf('plain-dumps')
    .filter(({ name }) => name.endsWith('.sql'))
    .map(({ name, bytes }) => ({ group: 'plain', name, stored: bytes }));
  const zipped = plain.map(({ name, stored }) => ({
    group: 'plain, gzip',
    name: `${name}.gz`,
    stored: gzipSync(stored),
  }));
  return [...archives, ...directories, ...plain, ...zipped];
};
