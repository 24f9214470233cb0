import { randomUUID } from 'node:crypto';
import {
  CreateBucketCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutBucketVersioningCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { describe, expect, inject, it } from 'vitest';
import { backdate } from '../../../local/backdate.ts';
import { localClients } from '../../../local/clients.ts';

const endpoint = inject('endpoint');
const { s3 } = localClients(endpoint);

const bucketWith = async (key: string, body: string, versioned = false) => {
  const Bucket = `emulator-${randomUUID().slice(0, 8)}`;
  await s3.send(new CreateBucketCommand({ Bucket }));
  if (versioned) {
    const VersioningConfiguration = { Status: 'Enabled' as const };
    await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }));
  }
  const { VersionId } = await s3.send(new PutObjectCommand({ Bucket, Key: key, Body: body }));
  return { Bucket, VersionId };
};

describe('backdate', () => {
  const lastModified = new Date('2026-01-31T02:00:00.000Z');

  it.each([true, false])(
    'sets the age that HEAD and LIST tell (versioned: %s)',
    async (versioned) => {
      const key = 'db/a b+ü.sql';
      const { Bucket } = await bucketWith(key, 'x', versioned);
      await backdate(endpoint, { bucket: Bucket, key, lastModified });
      const head = await s3.send(new HeadObjectCommand({ Bucket, Key: key }));
      const { Contents } = await s3.send(new ListObjectsV2Command({ Bucket }));
      expect(head.LastModified).toEqual(lastModified);
      expect(Contents?.map((object) => object.LastModified)).toEqual([lastModified]);
    },
  );

  it('says so where there is no such object', async () => {
    const { Bucket } = await bucketWith('here', 'x');
    await expect(
      backdate(endpoint, { bucket: Bucket, key: 'not-here', lastModified }),
    ).rejects.toThrow(`s3://${Bucket}/not-here was not backdated: no object not-here`);
  });
});

describe('a ranged GET that names a version', () => {
  it('answers with the range, as S3 does', async () => {
    const { Bucket, VersionId } = await bucketWith('key', '0123456789', true);
    const ask = (Range: string) =>
      s3.send(new GetObjectCommand({ Bucket, Key: 'key', VersionId, Range }));
    const part = await ask('bytes=2-4');
    expect(part).toMatchObject({ ContentLength: 3, ContentRange: 'bytes 2-4/10' });
    expect(await part.Body?.transformToString()).toBe('234');
    expect(await (await ask('bytes=-2')).Body?.transformToString()).toBe('89');
    await expect(ask('bytes=10-12')).rejects.toMatchObject({ $metadata: { httpStatusCode: 416 } });
  });
});
