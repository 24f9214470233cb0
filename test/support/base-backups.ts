import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { DamageError, NotJudgedError } from '../../shared/backup-encoding/damage-error.ts';
import { walkBaseBackupFolder } from '../../shared/postgres-base-backup/base-backup-folder.ts';
import { walkDataDirectoryTar } from '../../shared/postgres-base-backup/data-directory-tar.ts';
import type { BaseBackupLimits } from '../../shared/postgres-base-backup/limits.ts';
import { inPieces } from './bytes.ts';
import { type WrittenMember, writeTar } from './write-tar.ts';

const fixture = (name: string): Buffer =>
  readFileSync(new URL(`../fixtures/base-backups/${name}`, import.meta.url));

/** The whole file of a server of this major version; only its beginning is not zeros. */
export const readControl = (major: number): Buffer => {
  const bytes = Buffer.alloc(8192);
  fixture(`${major}-pg_control`).copy(bytes);
  return bytes;
};

/** Files by path, in their order. */
export type Files = Map<string, Buffer>;

/** As simple as our own tars allow: no links, no long names. */
export const readTar = (tar: Buffer, below = ''): Files => {
  const files: Files = new Map();
  for (let at = 0; tar.readUInt8(at) !== 0; ) {
    const name = tar.toString('latin1', at, tar.indexOf(0, at));
    const size = Number.parseInt(tar.toString('latin1', at + 124, at + 135), 8);
    if (!name.endsWith('/')) files.set(below + name, tar.subarray(at + 512, at + 512 + size));
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return files;
};

export const tarOf = (files: Files): Buffer =>
  writeTar([...files].map(([name, content]) => ({ name, content })));

/** The lines of a manifest, with the checksum that they ask for. */
export const closeManifest = (lines: readonly string[]): Buffer => {
  const text = `${lines.join('\n')}\n`;
  const sum = createHash('sha256').update(text).digest('hex');
  return Buffer.from(`${text}"Manifest-Checksum": "${sum}"}\n`);
};

/** Lines of the real manifest, of the files that the fixture has, with the server's checksums. */
const manifestLines = (major: number, paths: ReadonlySet<string>): string[] => {
  const lines = gunzipSync(fixture(`${major}-backup_manifest.gz`))
    .toString()
    .trim()
    .split('\n');
  const kept = lines.slice(0, -1).filter((line) => {
    const path = /"Path": "([^"]+)"/.exec(line)?.[1];
    return path === undefined || paths.has(path);
  });
  const last = kept.indexOf('],') - 1;
  return kept.map((line, index) => (index === last ? line.replace(/,$/, '') : line));
};

export type Folder = Map<string, Buffer>;

/** The backup that the real pg_basebackup of 15 or 17 made, reduced: test/fixtures/make-base-backups.sh. */
export const realBackup = (major: 15 | 17): Folder => {
  const base = gunzipSync(fixture(`${major}-base.tar.gz`));
  const tablespace = gunzipSync(fixture(`${major}-tablespace.tar.gz`));
  const paths = [...readTar(base).keys(), ...readTar(tablespace, 'pg_tblspc/16384/').keys()];
  return new Map([
    ['base.tar', base],
    ['16384.tar', tablespace],
    ['backup_manifest', closeManifest(manifestLines(major, new Set(paths)))],
  ]);
};

/** The same backup with other files in `base.tar`. */
export const withFiles = (folder: Folder, change: (files: Files) => void): Folder => {
  const files = readTar(folder.get('base.tar') ?? Buffer.alloc(0));
  change(files);
  return new Map([...folder, ['base.tar', tarOf(files)]]);
};

/** The same backup with another manifest over the same lines, changed. */
export const withManifest = (folder: Folder, change: (lines: string[]) => string[]): Folder => {
  const lines = String(folder.get('backup_manifest')).trimEnd().split('\n').slice(0, -1);
  return new Map([...folder, ['backup_manifest', closeManifest(change(lines))]]);
};

export const without = (folder: Folder, ...names: string[]): Folder =>
  new Map([...folder].filter(([name]) => !names.includes(name)));

/** One tar of the data directory, as `tar -C $PGDATA` makes it, in the order of the names. */
export const asOneTar = (folder: Folder, below = './', more: WrittenMember[] = []): Buffer => {
  const files = new Map([
    ...readTar(folder.get('base.tar') ?? Buffer.alloc(0)),
    ...readTar(folder.get('16384.tar') ?? Buffer.alloc(512), 'pg_tblspc/16384/'),
  ]);
  const sorted = [...files].sort(([a], [b]) => (a < b ? -1 : 1));
  const members = sorted.map(([name, content]) => ({ name: below + name, content }));
  return writeTar([{ name: below, flag: '5' }, ...members, ...more]);
};

/** As a network delivers them: each has memory of its own, which its reader gives back. */
async function* ownPieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for await (const piece of inPieces(bytes, size)) yield Buffer.concat([piece]);
}

export const walkFolder = (folder: Folder, piece = 30_001, limits?: BaseBackupLimits) =>
  walkBaseBackupFolder(
    {
      files: [...folder].map(([name, { length }]) => ({
        name,
        storedAs: `${name}.x`,
        size: length,
      })),
      open: ({ name }) => ownPieces(folder.get(name) ?? Buffer.alloc(0), piece),
    },
    limits,
  );

export const walkTarFile = (tar: Buffer, piece = 30_001, limits?: BaseBackupLimits) =>
  walkDataDirectoryTar(ownPieces(tar, piece), limits);

/** `pass`, or the kind of damage or reason and its words; anything else that is thrown is a crash. */
export const verdictOf = async (walk: Promise<unknown>): Promise<string> => {
  try {
    await walk;
    return 'pass';
  } catch (error) {
    if (error instanceof DamageError) return `${error.damage}: ${error.message}`;
    if (error instanceof NotJudgedError) return `${error.reason}: ${error.message}`;
    throw error;
  }
};
