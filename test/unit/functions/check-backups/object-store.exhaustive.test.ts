import { S3Client } from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { createObjectStore } from '../../../../functions/check-backups/object-store.ts';
import { createGate } from '../../../../functions/check-backups/observe.ts';

/** An S3 that holds so many thousand objects in a bucket as its name says, without a network. */
const listingS3 = (): S3Client => {
  const s3 = new S3Client({
    region: 'us-east-1',
    credentials: { accessKeyId: 'x', secretAccessKey: 'x' },
  });
  s3.middlewareStack.add(
    () =>
      async ({ input }) => {
        const bucket = String(Reflect.get(input, 'Bucket'));
        const page = Number(Reflect.get(input, 'ContinuationToken') ?? 0);
        const next = page + 1;
        const Contents = Array.from({ length: 1_000 }, (_, n) => ({
          Key: `${page}/${n}`,
          LastModified: new Date(0),
        }));
        const more = next < Number(bucket.split('-').at(-1));
        const output = {
          $metadata: {},
          Contents,
          IsTruncated: more,
          NextContinuationToken: more ? String(next) : undefined,
        };
        return { output, response: {} };
      },
    { step: 'initialize' },
  );
  return s3;
};

describe('createObjectStore', () => {
  const { signal } = new AbortController();
  const store = () => createObjectStore(listingS3(), createGate(signal), signal);
  const at = (bucket: string) => ({ bucket, prefix: '' });

  it('gives up a place that is too large for one run, and has room for others', async () => {
    const objects = store();
    const large = await objects.list(at('bucket-250'));
    expect(large).toMatchObject({ trouble: { reason: 'too-many-objects' } });
    const fits = await objects.list(at('bucket-150'));
    expect('seen' in fits && fits.seen).toHaveLength(150_000);
    expect(await objects.list(at('other-60'))).toMatchObject({
      trouble: { reason: 'too-many-objects' },
    });
    const small = await objects.list(at('other-50'));
    expect('seen' in small && small.seen).toHaveLength(50_000);
  });

  it('lists a place once, whoever asks', async () => {
    const objects = store();
    await Promise.all([objects.list(at('bucket-3')), objects.list(at('bucket-3'))]);
    expect(objects.requests()).toEqual({ list: 3, head: 0 });
  });

  it('stops after some pages and says whether there are more', async () => {
    const objects = store();
    const some = await objects.pages(at('bucket-3'), 2);
    expect(some).toMatchObject({ seen: { more: true } });
    expect('seen' in some && some.seen.objects).toHaveLength(2_000);
    expect(await objects.pages(at('bucket-3'), 3)).toMatchObject({ seen: { more: false } });
  });
});
