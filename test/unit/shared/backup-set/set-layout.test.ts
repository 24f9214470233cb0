import { describe, expect, it } from 'vitest';
import { findSetFolder } from '../../../../shared/backup-set/set-layout.ts';

describe('the folder that is one backup', () => {
  it.each([
    ['pg-dump', 'db/2026-11-21/toc.dat', 'db/2026-11-21/'],
    ['pg-dump', 'db/2026-11-21/3456.dat', 'db/2026-11-21/'],
    ['pg-dump', 'db/2026-11-21/3456.dat.gz', 'db/2026-11-21/'],
    ['pg-dump', 'db/2026-11-21/3456.dat.zst.gpg', 'db/2026-11-21/'],
    ['pg-dump', 'db/blobs.toc', 'db/'],
    ['pg-dump', 'db/blobs_3344.toc.enc', 'db/'],
    ['pg-dump', 'db/blob_3000000001.dat.lz4', 'db/'],
    ['pg-dump', 'toc.dat', ''],
    ['base-backup', 'base/1/base.tar.gz', 'base/1/'],
    ['base-backup', 'base/1/16384.tar.lz4', 'base/1/'],
    ['base-backup', 'base/1/pg_wal.tar', 'base/1/'],
    ['base-backup', 'base/1/backup_manifest', 'base/1/'],
  ] as const)('of a %s holds %s', (kind, key, folder) => {
    expect(findSetFolder(kind, key)).toBe(folder);
  });

  it.each([
    ['pg-dump', 'db/shop.dump'],
    ['pg-dump', 'db/shop-3456.dat.gz'],
    ['pg-dump', 'db/3456.data'],
    ['pg-dump', 'db/toc.dat/README'],
    ['pg-dump', 'db/toc.dat.txt'],
    ['pg-dump', 'db/base.tar'],
    ['pg-dump', 'db/'],
    ['base-backup', 'base/2026-11-21.tar.gz'],
    ['base-backup', 'base/toc.dat'],
    ['files', 'files/toc.dat'],
  ] as const)('is not asked for by a %s called %s', (kind, key) => {
    expect(findSetFolder(kind, key)).toBeUndefined();
  });
});
