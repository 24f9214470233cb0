import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  type CheckBackupsStage,
  DAY_MS,
  HOUR_MS,
  prepareCheckBackups,
} from '../support/check-backups-stage.ts';

/** Uploads in one part of many, which gives an ETag that is no MD5. */
const uploadInParts = async (
  { clients: { s3 } }: CheckBackupsStage,
  Bucket: string,
  Key: string,
  Body: string,
): Promise<void> => {
  const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key }));
  const part = { Bucket, Key, UploadId, PartNumber: 1 };
  const { ETag, ChecksumCRC32 } = await s3.send(new UploadPartCommand({ ...part, Body }));
  const Parts = [{ PartNumber: 1, ETag, ChecksumCRC32 }];
  await s3.send(
    new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts } }),
  );
};

describe('check-backups, of copies', () => {
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  const prepare = (within = '1h') =>
    prepareCheckBackups(
      ({ bucket, dr }) => `
  db:
    kind: pg-dump
    location: s3://${bucket}/db/
    schedule: daily
    retain: 30d
    copies: [{ location: "s3://${dr}/copy of/", within: ${within} }]
`,
    );
  const KEY = 'db/ä + 1.gz';
  const COPY = 'copy of/ä + 1.gz';

  it('does not guess where an upload in parts leaves no checksum to compare', async () => {
    const stage = await prepare();
    await stage.put(KEY, 2 * HOUR_MS, 'backup', { ChecksumAlgorithm: 'CRC64NVME' });
    await uploadInParts(stage, stage.dr, COPY, 'backup');
    // Asked for once, and then remembered.
    expect(await stage.answer({})).toMatchObject({ requests: { head: 2 } });
    expect(await stage.answer({})).toMatchObject({ requests: { head: 0 } });
    await stage.reports();
    expect((await stage.run()).find('backup-copy')).toMatchObject({
      verdict: 'unknown',
      reason: 'checksum-not-comparable',
      summary: expect.stringContaining('ä + 1.gz'),
    });
    await stage.put(KEY, 2 * HOUR_MS, 'longer than it was');
    expect((await stage.run()).find('backup-copy')).toMatchObject({ reason: 'differs' });
  });

  it('waits as long as the plan allows, and no longer', async () => {
    const stage = await prepare();
    await stage.put(KEY);
    expect((await stage.run()).find('backup-copy')).toMatchObject({
      verdict: 'unknown',
      reason: 'not-due-yet',
    });
    await stage.put(KEY, HOUR_MS + 5_000);
    expect((await stage.run()).find('backup-copy')).toMatchObject({
      verdict: 'fail',
      reason: 'missing',
    });
  });

  it('compares what is kept and not what is too old', async () => {
    const stage = await prepare();
    await stage.put('db/old.gz', 40 * DAY_MS);
    await stage.put(KEY, 2 * HOUR_MS);
    await stage.clients.s3.send(
      new CopyObjectCommand({
        Bucket: stage.dr,
        Key: COPY,
        CopySource: `${stage.bucket}/${encodeURIComponent(KEY)}`,
      }),
    );
    expect((await stage.run()).find('backup-copy')).toMatchObject({
      verdict: 'pass',
      summary: expect.stringContaining('1 of 1 backups'),
    });
  });
});
