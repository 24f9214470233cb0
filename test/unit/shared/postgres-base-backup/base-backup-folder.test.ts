import { describe, expect, it } from 'vitest';
import { IncompleteSetError } from '../../../../shared/backup-set/incomplete-set-error.ts';
import { BASE_BACKUP_LIMITS } from '../../../../shared/postgres-base-backup/limits.ts';
import {
  readTar,
  realBackup,
  verdictOf,
  walkFolder,
  withFiles,
  withManifest,
  without,
} from '../../../support/base-backups.ts';
import { writeTar } from '../../../support/write-tar.ts';

const backup = realBackup(15);
const judge = (folder: Map<string, Buffer>) => verdictOf(walkFolder(folder));
const flip = (bytes: Buffer, at: number): Buffer => {
  const changed = Buffer.from(bytes);
  changed.writeUInt8(changed.readUInt8(at) ^ 0x10, at);
  return changed;
};

describe('a folder that pg_basebackup made', () => {
  it.each([15, 17] as const)('of %i says what it holds', async (major) => {
    const contents = await walkFolder(realBackup(major));
    expect(contents).toMatchObject({
      serverVersion: String(major),
      state: 'in production',
      timeline: 1,
      label: 'nightly backup',
      from: 'primary',
      isIncremental: false,
      manifest: { version: major === 17 ? 2 : 1 },
      dataChecksums: true,
      tablespaces: [{ oid: 16384 }],
    });
    expect(contents.startLsn).toMatch(/^0\/[0-9A-F]+28$/);
    expect(contents.stopLsn).toBeDefined();
    expect(contents.wal?.bytes).toBe((contents.wal?.segments ?? 0) * 1024 ** 2);
    expect(contents.pagesVerified).toBeGreaterThan(50);
  });

  it.each([1_000, 8_192, 4_194_304])('is read in pieces of %i bytes', async (piece) => {
    expect(await verdictOf(walkFolder(backup, piece))).toBe('pass');
  });

  it('of 16.2 has what lay in memory behind its files, which nobody unpacks', async () => {
    const filled = (name: string): [string, Buffer] => {
      const files = readTar(backup.get(name) ?? Buffer.alloc(512));
      const members = [...files].map(([path, content]) => ({ name: path, content, padding: 0x51 }));
      return [name, writeTar(members)];
    };
    const folder = new Map([...backup, filled('base.tar'), filled('16384.tar')]);
    expect(await judge(folder)).toBe('pass');
    expect(await judge(without(folder, 'backup_manifest'))).toBe('pass');
  });

  it('is judged without a manifest too', async () => {
    expect(await judge(without(backup, 'backup_manifest'))).toBe('pass');
  });

  it('that is incremental holds a part of a file instead of it', async () => {
    const incremental = withFiles(without(backup, 'backup_manifest'), (files) => {
      const label = `${files.get('backup_label')}INCREMENTAL FROM LSN: 0/1000028\n`;
      files.set('backup_label', Buffer.from(label));
      files.delete('global/1262');
      files.set('global/INCREMENTAL.1262', Buffer.from('0d1faed30000000001000000', 'hex'));
    });
    expect((await walkFolder(incremental)).isIncremental).toBe(true);
  });

  it('is good without WAL, which then is not promised', async () => {
    const dry = withFiles(backup, (files) => {
      for (const name of files.keys()) if (name.startsWith('pg_wal/')) files.delete(name);
    });
    expect((await walkFolder(dry)).wal).toBeUndefined();
  });
});

describe('against its manifest', () => {
  it.each<[string, Parameters<typeof withFiles>[1], RegExp]>([
    [
      'a missing file',
      (files) => files.delete('global/1262'),
      /^truncated: global\/1262 is missing$/,
    ],
    [
      'an extra file',
      (files) => files.set('global/x', Buffer.from('x')),
      /^corrupt: global\/x is not in the manifest/,
    ],
    [
      'a shorter file',
      (files) => files.set('PG_VERSION', Buffer.from('1')),
      /^truncated: PG_VERSION has 1 bytes, not 3$/,
    ],
    [
      'a changed file',
      (files) => files.set('PG_VERSION', Buffer.from('16\n')),
      /^corrupt: PG_VERSION has another CRC32C checksum$/,
    ],
  ])('finds %s', async (_, change, words) => {
    expect(await judge(withFiles(backup, change))).toMatch(words);
  });

  it('passes over what pg_verifybackup ignores', async () => {
    const changed = withFiles(backup, (files) => {
      files.set('postgresql.auto.conf', Buffer.from('primary_conninfo'));
      files.set('standby.signal', Buffer.alloc(0));
    });
    expect(await judge(changed)).toBe('pass');
  });

  it('finds a manifest that was changed, cut, joined, or is of another cluster', async () => {
    const manifest = backup.get('backup_manifest') ?? Buffer.alloc(0);
    const put = (bytes: Buffer) => judge(new Map([...backup, ['backup_manifest', bytes]]));
    expect(await put(flip(manifest, 500))).toMatch(/^corrupt: backup_manifest.x: the checksum of/);
    expect(await put(manifest.subarray(0, -30))).toMatch(
      /^truncated: .* ends without its checksum/,
    );
    expect(await put(Buffer.concat([manifest, manifest]))).toMatch(/^trailing-data/);
    const of17 = realBackup(17).get('backup_manifest') ?? Buffer.alloc(0);
    expect(await put(of17)).toMatch(/^(corrupt|truncated): /);
    const foreign = withManifest(realBackup(17), (lines) =>
      lines.map((line) => line.replace(/("System-Identifier": )\d+/, '$15')),
    );
    expect(await judge(foreign)).toMatch(/^corrupt: backup_manifest is of cluster 5, /);
  });

  it.each<[string, (lines: string[]) => string[], RegExp]>([
    [
      'twice the same file',
      (lines) => [...lines.slice(0, 3), ...lines.slice(2)],
      /^corrupt: .* twice/,
    ],
    [
      'version 3',
      (lines) => ['{ "PostgreSQL-Backup-Manifest-Version": 3,', ...lines.slice(1)],
      /^format-not-supported/,
    ],
    ['no files', (lines) => lines.slice(0, 1), /^format-not-supported/],
    [
      'a negative size',
      (lines) => lines.map((line) => line.replace(/"Size": /, '"Size": -')),
      /^format-not-supported/,
    ],
    [
      'a size of 2^63',
      (lines) => lines.map((line) => line.replace(/"Size": \d+/, '"Size": 9223372036854775808')),
      /^format-not-supported/,
    ],
    [
      'no JSON',
      (lines) => lines.map((line) => line.replace('{ "Path"', '{ Path')),
      /^format-not-supported/,
    ],
    [
      'a path as digits',
      (lines) =>
        lines.map((line) =>
          line.replace(
            /"Path": "([^"]+)"/,
            (_, path) => `"Encoded-Path": "${Buffer.from(path).toString('hex')}"`,
          ),
        ),
      /^pass/,
    ],
    [
      'WAL up to the end of all time',
      (lines) =>
        lines.map((line) => line.replace(/"End-LSN": "[^"]+"/, '"End-LSN": "FFFFFFFF/FFFFFFFF"')),
      /^truncated: pg_wal\/[0-9A-F]{24} is missing/,
    ],
  ])('with %s', async (_, change, words) => {
    expect(await judge(withManifest(backup, change))).toMatch(words);
  });

  it('has limits', async () => {
    const limits = { ...BASE_BACKUP_LIMITS, files: 10 };
    expect(await verdictOf(walkFolder(backup, 999, limits))).toMatch(/^over-limit: .* 10 files/);
    const bytes = { ...BASE_BACKUP_LIMITS, manifestBytes: 1_000 };
    expect(await verdictOf(walkFolder(backup, 999, bytes))).toMatch(/^over-limit: .* 1000 bytes/);
    const names = { ...BASE_BACKUP_LIMITS, nameCharacters: 100 };
    expect(await verdictOf(walkFolder(backup, 999, names))).toMatch(
      /^over-limit: backup_manifest.x: it has more than 100 characters in the names/,
    );
    const endless = new Map([...backup, ['backup_manifest', Buffer.alloc(100_000, 0x20)]]);
    expect(await judge(endless)).toMatch(/^over-limit: .* in a line/);
  });
});

describe('its parts', () => {
  it('must all be there', async () => {
    expect(await judge(without(backup, 'base.tar'))).toMatch(/^truncated: base.tar is missing/);
    const lost = /^truncated: the tars of 1 of 1 tablespaces are missing: 16384.tar/;
    await expect(walkFolder(without(backup, '16384.tar'))).rejects.toThrow(IncompleteSetError);
    await expect(walkFolder(without(backup, 'base.tar'))).rejects.toThrow(IncompleteSetError);
    expect(await judge(without(backup, '16384.tar'))).toMatch(lost);
    expect(await judge(without(backup, '16384.tar', 'backup_manifest'))).toMatch(lost);
  });

  it('are none where the data directory is stored file by file', async () => {
    expect(await judge(without(backup, 'base.tar', '16384.tar'))).toMatch(
      /^format-not-supported: there is a backup_manifest and no tar/,
    );
  });

  it('are named where a tar is cut, or goes on', async () => {
    const base = backup.get('base.tar') ?? Buffer.alloc(0);
    const put = (bytes: Buffer) => judge(new Map([...backup, ['base.tar', bytes]]));
    expect(await put(base.subarray(0, 200_000))).toMatch(
      /^truncated: base.tar.x: the tar ends after /,
    );
    expect(await put(base.subarray(0, base.length / 2 - 512))).toMatch(
      /^truncated: base.tar.x: the tar ends after /,
    );
    expect(await put(Buffer.concat([base, Buffer.from('junk')]))).toMatch(
      /^trailing-data: base.tar.x/,
    );
  });

  it('may be there once only', async () => {
    const files = ['base.tar', 'base.tar.gz'].map((storedAs) => ({ name: 'base.tar', storedAs }));
    const { walkBaseBackupFolder } = await import(
      '../../../../shared/postgres-base-backup/base-backup-folder.ts'
    );
    const set = {
      files: files.map((file) => ({ ...file, size: 1 })),
      open: () => {
        throw new Error('nothing is to be read');
      },
    };
    expect(await verdictOf(walkBaseBackupFolder(set))).toMatch(/^content-not-recognised: .* twice/);
  });
});

describe('its WAL', () => {
  it('is read where its first page begins at the end of a piece', async () => {
    const base = backup.get('base.tar') ?? Buffer.alloc(0);
    const header = base.indexOf('pg_wal/0000');
    expect(await verdictOf(walkFolder(backup, header + 512 + 20))).toBe('pass');
  });

  const bare = without(backup, 'backup_manifest');
  const segmentOf = (files: ReadonlyMap<string, Buffer>): string =>
    [...files.keys()].find((name) => name.startsWith('pg_wal/0')) ?? '';

  it('is found missing, cut, changed, or of another place', async () => {
    const change = (alter: (bytes: Buffer) => Buffer | undefined) =>
      judge(
        withFiles(bare, (files) => {
          const name = segmentOf(files);
          const bytes = alter(files.get(name) ?? Buffer.alloc(0));
          if (bytes === undefined)
            files.set('pg_wal/0000000100000000000000FF', files.get(name) ?? Buffer.alloc(0));
          files.delete(name);
          if (bytes !== undefined) files.set(name, bytes);
        }),
      );
    expect(await change(() => undefined)).toMatch(
      /^truncated: pg_wal\/\w+ is missing, which recovery/,
    );
    expect(await change((bytes) => bytes.subarray(0, 50_000))).toMatch(
      /^truncated: .* of 1048576 bytes/,
    );
    expect(await change((bytes) => flip(bytes, 0x60))).toMatch(/^corrupt: pg_wal/);
    expect(await change((bytes) => flip(bytes, 26))).toMatch(/^corrupt: .* another cluster/);
    expect(await change((bytes) => flip(bytes, 10))).toMatch(/^corrupt: .* another part/);
  });
});
