import { describe, expect, it } from 'vitest';
import { crc32c } from '../../../../shared/crc32c/crc32c.ts';
import { BASE_BACKUP_LIMITS } from '../../../../shared/postgres-base-backup/limits.ts';
import {
  asOneTar,
  type Files,
  readControl,
  readTar,
  realBackup,
  tarOf,
  verdictOf,
  walkTarFile,
  withFiles,
  withManifest,
  without,
} from '../../../support/base-backups.ts';
import { type WrittenMember, writeTar } from '../../../support/write-tar.ts';

const backup = realBackup(15);
const judge = (tar: Buffer) => verdictOf(walkTarFile(tar));
const manifest = backup.get('backup_manifest') ?? Buffer.alloc(0);

/** A copy of the server after it was shut down. */
const cold = (change: (files: Files) => void = () => {}): Buffer =>
  asOneTar(
    withFiles(backup, (files) => {
      const control = Buffer.from(files.get('global/pg_control') ?? readControl(15));
      control.writeUInt32LE(1, 16);
      control.writeUInt32LE(crc32c(control.subarray(0, 288)), 288);
      files.set('global/pg_control', control);
      files.delete('backup_label');
      files.delete('tablespace_map');
      change(files);
    }),
  );
const change = (path: string, at: number) => (files: Files) => {
  const bytes = Buffer.from(files.get(path) ?? Buffer.alloc(0));
  bytes.writeUInt8(bytes.readUInt8(at) ^ 0x10, at);
  files.set(path, bytes);
};

describe('one tar of a data directory', () => {
  it.each(['./', '', 'pgdata/', '/var/lib/postgresql/15/main/'])('below "%s"', async (below) => {
    const beside = [{ name: 'etc/postgresql.conf', content: 'x' }];
    expect(await walkTarFile(asOneTar(backup, below, beside))).toMatchObject({
      serverVersion: '15',
      label: 'nightly backup',
      tablespaces: [{ oid: 16384 }],
    });
  });

  it('of pg_basebackup into a pipe, whose manifest comes last', async () => {
    const tar = (bytes: Buffer, folder = backup) =>
      asOneTar(folder, '', [{ name: 'backup_manifest', content: bytes }]);
    expect((await walkTarFile(tar(manifest))).manifest?.version).toBe(1);
    const changed = withFiles(backup, (files) => files.set('PG_VERSION', Buffer.from('14\n')));
    expect(await judge(tar(manifest, changed))).toMatch(/^corrupt: PG_VERSION has another CRC32C/);
    const lost = withFiles(backup, (files) => files.delete('global/1262'));
    expect(await judge(tar(manifest, lost))).toMatch(/^truncated: global\/1262 is missing/);
    const other = withManifest(backup, (lines) =>
      lines.map((line) => line.replace('"CRC32C", "Checksum": "', '"SHA512", "Checksum": "00')),
    ).get('backup_manifest');
    expect(await judge(tar(other ?? manifest))).toMatch(/^format-not-supported: .*\(SHA512\)/);
  });

  it('of 16.2 into a pipe, with what lay in memory behind its files', async () => {
    const files = [...readTar(asOneTar(backup)), ['backup_manifest', manifest] as const];
    const tar = writeTar(files.map(([name, content]) => ({ name, content, padding: 0x51 })));
    expect(await judge(tar)).toBe('pass');
  });

  it('of a server that was shut down', async () => {
    expect(await walkTarFile(cold())).toMatchObject({ state: 'shut down' });
    expect(await judge(cold((files) => files.delete('global/1262')))).toMatch(
      /^truncated: global\/1262 is missing/,
    );
  });

  it('of a running server without backup mode is left unjudged', async () => {
    const hot = withFiles(backup, (files) => files.delete('backup_label'));
    expect(await judge(asOneTar(hot))).toMatch(/^content-not-recognised: it has no backup_label/);
  });

  it('says which tablespace is elsewhere', async () => {
    const link = { name: 'pg_tblspc/16384', flag: '2', linkName: '/mnt/fast' };
    expect(await judge(asOneTar(without(backup, '16384.tar'), '', [link]))).toMatch(
      /^content-not-recognised: 1 of 1 tablespaces .* 16384 /,
    );
  });

  it('is left unjudged where its names alone would fill the memory', async () => {
    const root = 'deep/'.repeat(19);
    const file = { name: 'base/1/1', prefix: root };
    const link = { name: 'pg_wal', flag: '2', linkName: root };
    const judgeNames = (members: WrittenMember[]) =>
      verdictOf(
        walkTarFile(writeTar([{ name: 'PG_VERSION', prefix: root }, ...members]), 999, {
          ...BASE_BACKUP_LIMITS,
          nameCharacters: 1_000,
        }),
      );
    expect(await judgeNames(Array.from({ length: 5 }, () => file))).toMatch(/^content-not/);
    expect(await judgeNames(Array.from({ length: 50 }, () => file))).toMatch(
      /^over-limit: it has more than 1000 characters in the names/,
    );
    const links = Array.from({ length: 9 }, () => ({ ...link, prefix: root }));
    expect(await judgeNames(links)).toMatch(/^over-limit/);
    const beside = Array.from({ length: 50 }, () => ({ name: 'x', prefix: 'etc' }));
    expect(await judgeNames(beside)).toMatch(/^content-not/);
  });

  it.each(['constructor', '__proto__'])('with a file that is called %s', async (name) => {
    const files = (bytes: string) => asOneTar(backup, './', [{ name, content: bytes }]);
    expect(await judge(files(''))).toBe('pass');
    expect(await judge(files('text'))).toBe('pass');
  });

  it.each<[string, Buffer, RegExp]>([
    ['a name that leads out', writeTar([{ name: '../x' }]), /^corrupt: .* leads out/],
    ['one inside that leads out', writeTar([{ name: 'base/1/../../../x' }]), /^corrupt/],
    [
      'a name without end',
      writeTar([{ name: 'x', flag: 'L', content: '/PG_VERSION/\n'.repeat(50_000) }, { name: 'x' }]),
      /^over-limit/,
    ],
    [
      'endless tablespaces',
      writeTar(
        Array.from({ length: 2_001 }, (_, oid) => ({ name: `pg_tblspc/${oid}/x/`, flag: '5' })),
      ),
      /^over-limit: .* 2000 tablespaces/,
    ],
    ['a sparse file', writeTar([{ name: 'base/1/2', flag: 'S' }]), /^format-not-supported/],
    ['a hard link', writeTar([{ name: 'base/1/2', flag: '1' }]), /^format-not-supported/],
    ['a part of a backup', writeTar([{ name: 'base/1/2' }]), /^content-not-recognised/],
    ['something else', writeTar([{ name: 'readme' }]), /^content-not-recognised/],
    [
      'two data directories',
      Buffer.concat([asOneTar(backup, 'a/').subarray(0, -1024), asOneTar(backup, 'b/')]),
      /^content-not-recognised: .* more than one/,
    ],
    [
      'pg_control cut',
      cold((files) => files.set('global/pg_control', Buffer.alloc(100))),
      /^truncated/,
    ],
    [
      'pg_control changed',
      cold(change('global/pg_control', 60)),
      /^corrupt: the checksum of global/,
    ],
    [
      'pg_control of zeros',
      cold((files) => files.set('global/pg_control', Buffer.alloc(8192))),
      /^corrupt/,
    ],
    [
      'another release',
      cold((files) => files.set('global/pg_control', readControl(17))),
      /^corrupt: PG_VERSION says 15/,
    ],
    [
      'no version',
      cold((files) => files.set('PG_VERSION', Buffer.from('x'))),
      /^corrupt: PG_VERSION/,
    ],
    [
      'a changed map',
      cold(change('global/pg_filenode.map', 20)),
      /^corrupt: .*global\/pg_filenode.map/,
    ],
    ['no map', cold((files) => files.delete('global/pg_filenode.map')), /^truncated/],
    [
      'an empty label',
      asOneTar(withFiles(backup, (files) => files.set('backup_label', Buffer.alloc(0)))),
      /^corrupt: backup_label/,
    ],
    [
      'a map of nothing',
      asOneTar(withFiles(backup, (files) => files.set('tablespace_map', Buffer.from('x')))),
      /^corrupt: tablespace_map/,
    ],
    ['nothing', Buffer.alloc(0), /^truncated/],
    ['only an end', writeTar([]), /^content-not-recognised/],
  ])('with %s', async (_, tar, words) => {
    expect(await judge(tar)).toMatch(words);
  });
});

describe('its pages', () => {
  const TABLE = 'global/1262';
  /** As pg_basebackup writes them, but without a manifest. */
  const hot = (edit: (files: Files) => void): Buffer => {
    const changed = withFiles(backup, edit);
    const empty = Buffer.alloc(512);
    const files = new Map([
      ...readTar(changed.get('base.tar') ?? empty),
      ...readTar(changed.get('16384.tar') ?? empty, 'pg_tblspc/16384/'),
    ]);
    return tarOf(files);
  };

  it('are refused where their checksum or header is wrong', async () => {
    expect(await judge(hot(() => {}))).toBe('pass');
    expect(await judge(hot(change(TABLE, 8_000)))).toMatch(
      /^corrupt: block 0 of global\/1262 has a wrong checksum$/,
    );
    expect(await judge(hot(change(TABLE, 11)))).toMatch(/has an impossible header/);
    expect(await judge(hot(change(TABLE, 8)))).toMatch(/has a wrong checksum/);
    const bare = (files: Files) => {
      const bytes = Buffer.from(files.get(TABLE) ?? Buffer.alloc(0));
      bytes.writeUInt16LE(0, 8);
      files.set(TABLE, bytes);
    };
    expect(await judge(hot(bare))).toMatch(/has no checksum/);
  });

  it('are not accused where WAL mends them', async () => {
    const written = (lsn: bigint) => (files: Files) => {
      const bytes = Buffer.from(files.get(TABLE) ?? Buffer.alloc(0));
      bytes.writeUInt32LE(Number(lsn >> 32n), 0);
      bytes.writeUInt32LE(Number(lsn & 0xffff_ffffn), 4);
      files.set(TABLE, bytes);
    };
    const { startLsn = '' } = await walkTarFile(hot(() => {}));
    const start = BigInt(`0x${startLsn.split('/')[1]}`);
    expect(await judge(hot(written(start)))).toBe('pass');
    expect(await judge(hot(written(start - 1n)))).toMatch(/^corrupt/);
    // Newer than the backup's end: no server wrote that.
    expect(await judge(hot(written(start + 10_000_000n)))).toMatch(/^corrupt/);
    expect(await judge(cold(written(start)))).toMatch(/^corrupt/);
  });

  it('that another program copied while they were written are left unjudged', async () => {
    expect(await judge(asOneTar(withFiles(backup, change(TABLE, 8_000))))).toMatch(
      /^content-not-recognised: block 0 of global\/1262/,
    );
    expect(await judge(cold(change(TABLE, 8_000)))).toMatch(/^corrupt: block 0/);
  });

  it('of unlogged relations are emptied by the restore', async () => {
    const unlogged = (files: Files) => {
      change(TABLE, 8_000)(files);
      files.set(`${TABLE}_init`, Buffer.alloc(0));
    };
    expect(await judge(hot(unlogged))).toBe('pass');
  });

  it('that are empty, or cut while the file grew, are no damage', async () => {
    const grown = (files: Files) => {
      const bytes = files.get(TABLE) ?? Buffer.alloc(0);
      files.set(TABLE, Buffer.concat([bytes, Buffer.alloc(8_192 + 4_096)]));
    };
    expect(await judge(hot(grown))).toBe('pass');
  });
});
