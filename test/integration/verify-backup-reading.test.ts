import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { backdate } from '../../local/backdate.ts';
import { type FunctionStage, lambdaContext, prepareFunction } from '../support/function-stage.ts';

const planFor = (bucket: string): string => `
plan: test
backups:
  files:
    kind: files
    location: s3://${bucket}/files/
    copies: [{ location: s3://${bucket}/copies/, within: 1h }]
  nested: { kind: files, location: "s3://${bucket}/files/nested/" }
  nowhere: { kind: files, location: "s3://${bucket}-gone/" }
  wal: { kind: wal, location: "s3://${bucket}/wal/" }
`;

let bucketNumber = 0;

describe('verify-backup on what it read in a week', () => {
  let stage: FunctionStage;
  let bucket: string;
  let handler: (event: unknown, context: ReturnType<typeof lambdaContext>) => Promise<unknown>;
  const read = (key: string) => handler({ bucket, key }, lambdaContext());
  const sweep = () =>
    handler({ source: 'aws.events', 'detail-type': 'Scheduled Event' }, lambdaContext());
  const shares = async () =>
    (await stage.reports())
      .map(({ data }) => data)
      .filter(({ check }) => check === 'backup-reading');

  beforeEach(async () => {
    bucketNumber += 1;
    bucket = `reading-${process.pid}-${bucketNumber}`;
    stage = await prepareFunction('verify-backup', planFor(bucket));
    await stage.createBucket(bucket);
    for (const [name, value] of Object.entries(stage.environment)) vi.stubEnv(name, value);
    vi.resetModules();
    ({ handler } = await import('../../functions/verify-backup/handler.ts'));
  });
  afterEach(() => vi.unstubAllEnvs());

  it('says its share of all that is kept, once a day', async () => {
    for (const [key, size] of [
      ['files/a', 600],
      ['files/b', 300],
      ['copies/a', 100],
      ['files/nested/c', 50],
    ] as const)
      await stage.put(bucket, key, Buffer.alloc(size, 'x'));
    await read('files/a');
    await read('copies/a');
    await sweep();
    const reports = await shares();
    const [files, nested, nowhere] = ['files', 'nested', 'nowhere'].map((name) =>
      reports.find(({ subject }) => subject.id === name),
    );
    expect(reports).toHaveLength(3);
    expect(files).toMatchObject({
      verdict: 'pass',
      reason: 'measured',
      promise: 'backups.files.reread',
      summary: expect.stringContaining('2 of 3 objects, 70% of 1.0 kB'),
    });
    expect(files?.measurements).toContainEqual({
      name: 'read-last-week',
      value: 70,
      unit: 'percent',
    });
    expect(nested?.measurements).toContainEqual({
      name: 'read-last-week',
      value: 0,
      unit: 'percent',
    });
    expect(nowhere).toMatchObject({ verdict: 'unknown', reason: 'not-found' });
    await sweep();
    expect(await shares()).toEqual([]);
  });

  it('counts only what is still there as it was read', async () => {
    for (const name of ['files/a', 'files/b']) {
      await stage.put(bucket, name, Buffer.alloc(100, name));
      await read(name);
    }
    await stage.put(bucket, 'files/a', Buffer.alloc(100, 'other'));
    const lastModified = new Date(Date.now() - 90 * 86_400_000);
    await backdate(stage.endpoint, { bucket, key: 'files/b', lastModified });
    await sweep();
    const files = (await shares()).find(({ subject }) => subject.id === 'files');
    expect(files?.measurements).toContainEqual({
      name: 'objects-read-last-week',
      value: 50,
      unit: 'percent',
    });
  });
});
