import { describe, expect, it } from 'vitest';
import { describeForeign, foreignFile } from '../../../../shared/postgres-wal/foreign-naming.ts';

const S = '0000000100000000000000A7';
const LOG = '0000000100000000';
const SHA1 = 'da39a3ee5e6b4b0d3255bfef95601890afd80709';
const SET = '20260103-130722F';

const FILES: [path: string, tool: string, part: string][] = [
  [`wal_005/${S}.lz4`, 'WAL-G', 'wal'],
  [`wal_005/${S}.br`, 'WAL-G', 'wal'],
  [`cluster/16/wal_005/${S}.zst`, 'WAL-G', 'wal'],
  ['wal_005/00000002.history.lz4', 'WAL-G', 'wal'],
  [`${S}_delta.lz4`, 'WAL-G', 'wal'],
  [`basebackups_005/base_${S}_backup_stop_sentinel.json`, 'WAL-G', 'base-backup'],
  [`basebackups_005/base_${S}/tar_partitions/part_001.tar.lz4`, 'WAL-G', 'base-backup'],
  [`basebackups_005/base_${S}_D_${S}/metadata.json`, 'WAL-G', 'base-backup'],
  [`base_${S}/tar_partitions/pg_control.tar.lz4`, 'WAL-G', 'base-backup'],
  [`archive/main/16-1/${LOG}/${S}-${SHA1}.gz`, 'pgBackRest', 'wal'],
  [`archive/main/9.6-2/${LOG}/${S}-${SHA1}.zst`, 'pgBackRest', 'wal'],
  [`${LOG}/${S}-${SHA1}`, 'pgBackRest', 'wal'],
  [`${S}.partial-${SHA1}.gz`, 'pgBackRest', 'wal'],
  ['archive/main/16-1/00000002.history', 'pgBackRest', 'wal'],
  [`16-1/${LOG}/${S}.00000028.backup`, 'pgBackRest', 'wal'],
  ['archive/main/archive.info', 'pgBackRest', 'catalogue'],
  ['backup/main/backup.info.copy', 'pgBackRest', 'catalogue'],
  [`backup/main/${SET}/backup.manifest`, 'pgBackRest', 'base-backup'],
  [`backup/main/${SET}_20260103-164829D/bundle/1`, 'pgBackRest', 'base-backup'],
  [`${SET}/pg_data/base/1/1247.gz`, 'pgBackRest', 'base-backup'],
  [`backup/main/backup.history/2026/${SET}.manifest.gz`, 'pgBackRest', 'catalogue'],
  [`main/wals/${LOG}/${S}`, 'Barman', 'wal'],
  [`main/wals/${LOG}/${S}.snappy`, 'Barman', 'wal'],
  [`main/wals/${LOG}/${S}.00000028.backup`, 'Barman', 'wal'],
  [`${LOG}/${S}.bz2`, 'Barman', 'wal'],
  ['main/wals/00000002.history', 'Barman', 'wal'],
  ['main/wals/xlog.db', 'Barman', 'catalogue'],
  ['main/base/20260103T130722/backup.info', 'Barman', 'base-backup'],
  ['main/base/20260103T130722/data.tar.gz', 'Barman', 'base-backup'],
];

describe('the repository of another tool', () => {
  it.each(FILES)('%s is known', (path, tool, part) => {
    expect(foreignFile(path)).toEqual({ tool, part });
  });

  it.each([
    S,
    `${S}.gz`,
    `archive/${S}`,
    '00000002.history',
    `${S}.00000028.backup`,
    'base/1/1247',
    'base.tar.gz',
    'wal/000',
    `${S}-${SHA1}.gz.tmp`,
    'myarchive.info.txt',
    `${LOG.toLowerCase()}x/${S}`,
    'README',
  ])('%s is none', (path) => {
    expect(foreignFile(path)).toBeUndefined();
  });

  it.each(FILES)('%s is put into words', (path, tool) => {
    const said = describeForeign(path);
    expect(said?.what).toContain(`of ${tool}`);
    expect(said?.action).toMatch(/\.$/);
  });

  it("says where WAL-G's segments can be checked", () => {
    expect(describeForeign(`cluster/16/wal_005/${S}.zst`)).toEqual({
      what: 'WAL of WAL-G',
      action: "Add cluster/16/wal_005/ to the plan's location: its names can be checked.",
    });
    expect(describeForeign(`basebackups_005/base_${S}/metadata.json`)).toMatchObject({
      what: 'a base backup of WAL-G',
      action: expect.stringContaining('wal_005/, beside this one'),
    });
    expect(describeForeign(S)).toBeUndefined();
  });
});
