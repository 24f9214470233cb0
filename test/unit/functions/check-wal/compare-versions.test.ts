import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { compareVersions } from '../../../../functions/check-wal/compare-versions.ts';
import type { EncodingLayer } from '../../../../shared/plan/plan.ts';
import { inPieces } from '../../../support/bytes.ts';
import { wholeSegment } from '../../../support/wal-segment.ts';
import { walPolicy } from './surveyed-archive.ts';

const NAME = '000000010000000000000001';
const wal = wholeSegment(NAME, { segmentSize: 1024 ** 2 });
const GZIP: EncodingLayer[] = [{ name: 'gzip' }];

/** What a compressed segment comes to that was stored as it is before. */
const afterRaw = async (suffix: string, encoding: EncodingLayer[] | undefined) => {
  const stored: Record<string, Buffer> = { '2': gzipSync(wal), '1': wal };
  const versions = ['2', '1'].map((versionId) => ({
    versionId,
    etag: versionId,
    size: stored[versionId]?.length ?? 0,
    lastModified: new Date(0),
  }));
  const client = {
    versions: async () => versions,
    readVersion: (_: string, { versionId }: { versionId: string }) =>
      inPieces(stored[versionId] ?? Buffer.alloc(0), 65_536),
  };
  const means = { client, policy: walPolicy({ encoding }), readSecret: async () => 'unused' };
  return compareVersions(means, NAME + suffix);
};

it('says nothing of a version that was stored before the plan named its encoding', async () => {
  const unknown = { is: 'unknown', reason: 'encoding-mismatch', lasts: true };
  expect(await afterRaw('', GZIP)).toMatchObject(unknown);
  expect(await afterRaw('.gz', GZIP)).toMatchObject(unknown);
});

it('calls a version broken that is not compressed as its name says', async () => {
  expect(await afterRaw('.gz', undefined)).toMatchObject({ is: 'mended' });
});
