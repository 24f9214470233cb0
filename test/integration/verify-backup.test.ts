import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import {
  GetObjectCommand,
  ListObjectsV2Command,
  PutBucketVersioningCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createVerificationLedger } from '../../functions/verify-backup/verification-ledger.ts';
import { backdate } from '../../local/backdate.ts';
import { opensslEncrypt } from '../../local/openssl-encrypt.ts';
import { createJsonLedger } from '../../shared/json-ledger/json-ledger.ts';
import { type FunctionStage, lambdaContext, prepareFunction } from '../support/function-stage.ts';
import { readSample } from '../support/samples.ts';

const KEY = 'the key of the demo';
const dump = readFileSync(new URL('../fixtures/plain-dumps/database.sql', import.meta.url));
const stored = (plain = dump, passphrase = KEY): Buffer =>
  opensslEncrypt(gzipSync(plain), passphrase);

const planFor = (bucket: string): string => `
plan: test
backups:
  full:
    kind: pg-dump
    location: s3://${bucket}/db/full/
    encoding: [gzip, { openssl: aes-256-cbc, passphrase: "${KEY}" }]
    reread: 30d
  wal: { kind: wal, location: "s3://${bucket}/db/wal/" }
  files: { kind: files, location: "s3://${bucket}/files/", severity: warning }
  locked:
    kind: config
    location: s3://${bucket}/locked/
    encoding: [{ openssl: aes-256-cbc, passphrase: "\${ssm:/no/such/parameter}" }]
`;

let bucketNumber = 0;

describe('verify-backup', () => {
  let stage: FunctionStage;
  let bucket: string;
  let handler: (event: unknown, context: ReturnType<typeof lambdaContext>) => Promise<unknown>;

  const load = async (environment: Record<string, string>): Promise<void> => {
    for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
    // The environment is read at cold start, so every test starts cold.
    vi.resetModules();
    ({ handler } = await import('../../functions/verify-backup/handler.ts'));
  };
  const invoke = (event: unknown, remainingMs?: number) =>
    handler(event, lambdaContext(remainingMs));
  const created = (...keys: string[]): string =>
    JSON.stringify({
      Records: keys.map((key) => ({
        eventSource: 'aws:s3',
        eventName: 'ObjectCreated:Put',
        s3: {
          bucket: { name: bucket },
          object: { key: encodeURIComponent(key).replaceAll('%20', '+') },
        },
      })),
    });
  const deliver = (...bodies: string[]) => invoke(stage.queueEvent(...bodies));
  const sweep = () => invoke({ source: 'aws.events', 'detail-type': 'Scheduled Event' });
  /** Of objects. What they hold is reported by a check of its own: verify-backup-contents.test.ts. */
  const reports = async () =>
    (await stage.reports()).filter(({ data }) => data.check === 'backup-integrity');
  const verdicts = async () =>
    (await reports()).map(({ data }) => [data.verdict, data.reason, data.severity]);

  beforeEach(async () => {
    bucketNumber += 1;
    bucket = `verify-${process.pid}-${bucketNumber}`;
    stage = await prepareFunction('verify-backup', planFor(bucket));
    await stage.createBucket(bucket);
    await load(stage.environment);
  });
  afterEach(() => vi.unstubAllEnvs());

  it('reports a new backup that an S3 event announced', async () => {
    await stage.put(bucket, 'db/full/a.sql.gz', stored(), {
      ServerSideEncryption: 'AES256',
      StorageClass: 'STANDARD_IA',
    });
    expect(await deliver(created('db/full/a.sql.gz'))).toEqual({ batchItemFailures: [] });
    const [event, ...more] = await reports();
    expect(more).toEqual([]);
    expect(event).toMatchObject({
      type: 'lifeboat.check.reported.v1',
      source: '/lifeboat/local/verify-backup',
      plan: 'test',
      plandigest: stage.plan.digest,
      data: {
        check: 'backup-integrity',
        subject: { kind: 'object', id: `s3://${bucket}/db/full/a.sql.gz` },
        promise: 'backups.full',
        verdict: 'pass',
        observed: {
          serverSideEncryption: 'AES256',
          storageClass: 'STANDARD_IA',
          layers: ['openssl aes-256-cbc (evp-sha256)', 'gzip'],
        },
      },
    });
    expect(event?.data.measurements).toContainEqual({
      name: 'plain-size',
      value: dump.length,
      unit: 'bytes',
    });
    expect(event?.data.evidence[0]?.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(JSON.stringify(event)).not.toContain(KEY);
  });

  it.each([
    ['cut', stored().subarray(0, -160), 'truncated'],
    ['of another key', stored(dump, 'another'), 'wrong-key'],
    ['not encrypted', gzipSync(dump), 'encoding-mismatch'],
    ['of 0 bytes', Buffer.alloc(0), 'empty'],
    ['cut inside', stored(dump.subarray(0, -100)), 'truncated'],
  ])('reports a backup that is %s', async (_, body, reason) => {
    await stage.put(bucket, 'db/full/bad.sql.gz', body);
    await deliver(created('db/full/bad.sql.gz'));
    const [event] = await stage.reports();
    expect(event?.data).toMatchObject({ verdict: 'fail', reason, severity: 'critical' });
    expect(event?.data.summary).toMatch(/^full: bad\.sql\.gz /);
    expect(event?.data.action).not.toBe('');
  });

  it.each(['with space', 'one+one', 'söndag 日本', '100%', 'a&b=c?d#e', "it's (1)"])(
    'finds a key like %s',
    async (name) => {
      await stage.put(bucket, `db/full/${name}`, stored());
      await deliver(created(`db/full/${name}`));
      expect(await verdicts()).toEqual([['pass', 'verified', undefined]]);
    },
  );

  it('never reads the same version twice, and does when it is forced', async () => {
    await stage.put(bucket, 'db/full/a', stored());
    await deliver(created('db/full/a'), created('db/full/a'));
    await stage.reports();
    await deliver(created('db/full/a'));
    expect(await verdicts()).toEqual([]);
    const target = { bucket, key: 'db/full/a' };
    expect(await invoke(target)).toMatchObject({
      outcome: 'already-read',
      report: { verdict: 'pass' },
    });
    expect(await invoke({ ...target, force: true })).toMatchObject({ outcome: 'reported' });
    await stage.put(bucket, 'db/full/a', stored(Buffer.concat([dump, Buffer.from('\n')])));
    expect(await invoke(target)).toMatchObject({
      outcome: 'reported',
      report: { verdict: 'pass' },
    });
  });

  it('reads again when it is told that an object is due, and not when it is told twice', async () => {
    await stage.put(bucket, 'db/full/a', stored());
    await deliver(created('db/full/a'));
    const { Contents = [] } = await stage.clients.s3.send(
      new ListObjectsV2Command({ Bucket: stage.ledgerBucket, Prefix: 'readings/' }),
    );
    const record = { Bucket: stage.ledgerBucket, Key: Contents[0]?.Key ?? '' };
    const { Body } = await stage.clients.s3.send(new GetObjectCommand(record));
    const text = (await Body?.transformToString()) ?? '';
    const readAt = new Date(Date.now() - 23 * 86_400_000).toISOString();
    const earlier = text.replace(/"readAt":"[^"]*"/, `"readAt":"${readAt}"`);
    await stage.clients.s3.send(new PutObjectCommand({ ...record, Body: earlier }));
    await stage.reports();
    const due = JSON.stringify({
      ...readSample('backup-verify-requested/v1', 'reread-version'),
      data: { bucket, key: 'db/full/a', cause: 'reread' },
    });
    // Nobody else gets a second reading before the time of the plan, which is 30 days.
    await deliver(created('db/full/a'));
    expect(await verdicts()).toEqual([]);
    await deliver(due);
    await deliver(due);
    expect(await verdicts()).toEqual([['pass', 'verified', undefined]]);
  });

  it('turns a message with 300 records into 300 messages', async () => {
    const keys = Array.from({ length: 300 }, (_, index) => `files/${index} +ß`);
    expect(await deliver(created(...keys))).toEqual({ batchItemFailures: [] });
    const queued = (await stage.drain(stage.queue)).map(
      ({ Body = '' }) => JSON.parse(Body).data.key,
    );
    expect(queued.sort()).toEqual(keys.sort());
  });

  it('sets a message that is none aside with its reason, and goes on with its neighbours', async () => {
    await stage.put(bucket, 'db/full/a', stored());
    const answer = await deliver('not an event', created('db/full/a'), '{"Records":[{}]}');
    expect(answer).toEqual({ batchItemFailures: [] });
    expect(await verdicts()).toEqual([['pass', 'verified', undefined]]);
    const dead = await stage.drain(stage.deadLetters);
    const reasons = dead.map(({ Body, MessageAttributes }) => [
      Body,
      MessageAttributes?.reason?.StringValue,
    ]);
    expect(reasons.sort()).toEqual([
      ['not an event', 'not-json'],
      ['{"Records":[{}]}', 'unknown-message'],
    ]);
  });

  it('passes over test events, keys outside every backup, folder markers and WAL', async () => {
    await stage.put(bucket, 'db/wal/000000010000000000000001', 'x');
    const answer = await deliver(
      '{"Service":"Amazon S3","Event":"s3:TestEvent"}',
      created('elsewhere/a'),
      created('db/full/'),
      created('db/wal/000000010000000000000001'),
    );
    expect(answer).toEqual({ batchItemFailures: [] });
    expect(await verdicts()).toEqual([]);
    expect(await invoke({ bucket, key: 'elsewhere/a' })).toEqual({
      outcome: 'ignored',
      reason: 'outside-policy',
    });
  });

  it('calls an object that was deleted meanwhile unknown', async () => {
    expect(await deliver(created('db/full/gone'))).toEqual({ batchItemFailures: [] });
    expect(await verdicts()).toEqual([['unknown', 'not-found', undefined]]);
    // A person who mistyped the key must not wait for a new try: there is none.
    expect(await invoke({ bucket, key: 'db/full/gone' })).toMatchObject({
      report: { action: expect.stringContaining('look at bucket and key again') },
    });
    await verdicts();
    await sweep();
    expect(await verdicts()).toEqual([]);
  });

  it('calls what it has no key for unknown, and tries again by itself', async () => {
    await stage.put(bucket, 'locked/env.enc', opensslEncrypt(Buffer.from('A=1'), KEY));
    await deliver(created('locked/env.enc'));
    expect(await verdicts()).toEqual([['unknown', 'key-unavailable', undefined]]);
    expect(await sweep()).toEqual({ gone: 0, standing: 0, readAgain: 1, unjudged: 0 });
    const [again] = await stage.drain(stage.queue);
    await deliver(again?.Body ?? '');
    expect(await verdicts()).toEqual([['unknown', 'key-unavailable', undefined]]);
  });

  it('says again what stands, quieter behind a newer good one, and closes it with its object', async () => {
    await stage.put(bucket, 'db/full/2026-11-20.sql', stored().subarray(0, -160));
    await backdate(stage.endpoint, {
      bucket,
      key: 'db/full/2026-11-20.sql',
      lastModified: new Date(Date.now() - 86_400_000),
    });
    await deliver(created('db/full/2026-11-20.sql'));
    await sweep();
    await stage.put(bucket, 'db/full/2026-11-21.sql', stored());
    await deliver(created('db/full/2026-11-21.sql'));
    await sweep();
    await stage.remove(bucket, 'db/full/2026-11-20.sql');
    await sweep();
    await sweep();
    expect(await verdicts()).toEqual([
      ['fail', 'truncated', 'critical'],
      ['fail', 'truncated', 'critical'],
      ['pass', 'verified', undefined],
      ['fail', 'truncated', 'warning'],
      ['pass', 'deleted', undefined],
    ]);
  });

  it('closes a problem when the object is written anew', async () => {
    await stage.put(bucket, 'db/full/a', stored().subarray(0, -160));
    await deliver(created('db/full/a'));
    await stage.put(bucket, 'db/full/a', stored());
    await deliver(created('db/full/a'));
    expect(await sweep()).toEqual({ gone: 0, standing: 0, readAgain: 0, unjudged: 0 });
    expect((await verdicts()).at(-1)).toEqual(['pass', 'verified', undefined]);
  });

  it('looks again at what it could not see, although it was read a moment before', async () => {
    await stage.put(bucket, 'db/full/a', stored());
    await deliver(created('db/full/a'));
    const [passed] = await reports();
    const unseen = passed && { ...passed.data, verdict: 'unknown' as const, reason: 'timeout' };
    if (unseen === undefined) throw new Error('nothing was reported');
    const ledger = createVerificationLedger(createJsonLedger(stage.clients.s3, stage.ledgerBucket));
    const { checkedAt: at } = unseen;
    const place = { bucket, key: 'db/full/a', backup: 'full', etag: '' };
    await ledger.recordProblem({ ...place, since: at, lastModified: at, report: unseen });
    expect(await sweep()).toMatchObject({ readAgain: 1 });
    const [again] = await stage.drain(stage.queue);
    await deliver(again?.Body ?? '');
    await deliver(again?.Body ?? '');
    expect(await verdicts()).toEqual([['pass', 'verified', undefined]]);
    expect(await sweep()).toMatchObject({ readAgain: 0 });
  });

  it('says to its end of a broken backup that it was written over by one that it cannot judge', async () => {
    await stage.put(bucket, 'db/full/a.lz4', stored().subarray(0, -160));
    await deliver(created('db/full/a.lz4'));
    await stage.put(bucket, 'db/full/a.lz4', stored(Buffer.from('something else')));
    await deliver(created('db/full/a.lz4'));
    expect((await verdicts()).at(-1)).toEqual(['unknown', 'format-not-recognised', undefined]);
    expect(await sweep()).toEqual({ gone: 0, standing: 1, readAgain: 0, unjudged: 1 });
    await stage.remove(bucket, 'db/full/a.lz4');
    expect(await sweep()).toMatchObject({ gone: 1, standing: 0 });
    expect((await verdicts()).at(-2)).toEqual(['pass', 'deleted', undefined]);
    expect(await sweep()).toEqual({ gone: 0, standing: 0, readAgain: 0, unjudged: 0 });
  });

  it('names the version that it read', async () => {
    await stage.clients.s3.send(
      new PutBucketVersioningCommand({
        Bucket: bucket,
        VersioningConfiguration: { Status: 'Enabled' },
      }),
    );
    const { VersionId } = await stage.put(bucket, 'db/full/a', stored());
    await deliver(created('db/full/a'));
    const [event] = await stage.reports();
    expect(event?.data.evidence[0]?.versionId).toBe(VersionId);
    expect(VersionId).toMatch(/./);
  });

  it('passes over a late event of an older version', async () => {
    await stage.clients.s3.send(
      new PutBucketVersioningCommand({
        Bucket: bucket,
        VersioningConfiguration: { Status: 'Enabled' },
      }),
    );
    const { VersionId: old } = await stage.put(bucket, 'db/full/a', stored());
    await stage.put(bucket, 'db/full/a', stored().subarray(0, -160));
    await deliver(created('db/full/a'));
    expect(await verdicts()).toEqual([['fail', 'truncated', 'critical']]);
    const late = JSON.parse(created('db/full/a'));
    late.Records[0].s3.object.versionId = old;
    await deliver(JSON.stringify(late));
    expect(await verdicts()).toEqual([]);
    expect(await sweep()).toMatchObject({ standing: 1 });
  });

  it('says again, once for a backup, that its newest object cannot be judged', async () => {
    const custom = readFileSync(new URL('../fixtures/plain-dumps/custom.dump', import.meta.url));
    for (const name of ['1.lz4', '2.lz4']) {
      await stage.put(bucket, `db/full/${name}`, opensslEncrypt(gzipSync(custom.subarray(5)), KEY));
      await deliver(created(`db/full/${name}`));
    }
    expect(await verdicts()).toEqual([
      ['unknown', 'format-not-recognised', undefined],
      ['unknown', 'format-not-recognised', undefined],
    ]);
    expect(await sweep()).toMatchObject({ unjudged: 1 });
    const [again] = await stage.reports();
    expect(again?.data).toMatchObject({
      verdict: 'unknown',
      subject: { kind: 'backup', id: 'full' },
      summary: expect.stringContaining('2.lz4'),
    });
    await stage.put(bucket, 'db/full/3.sql.gz', stored());
    await deliver(created('db/full/3.sql.gz'));
    const closing = (await reports()).map(({ data }) => [
      data.subject.kind,
      data.verdict,
      data.reason,
    ]);
    expect(closing.sort()).toEqual([
      ['backup', 'pass', 'judged'],
      ['object', 'pass', 'verified'],
    ]);
    expect(await sweep()).toMatchObject({ unjudged: 0 });
  });

  it('ends before its time does, with unknown', async () => {
    await stage.put(bucket, 'db/full/a', stored());
    expect(await invoke({ bucket, key: 'db/full/a' }, 10_001)).toMatchObject({
      report: { verdict: 'unknown', reason: 'out-of-time' },
    });
  });

  it('refuses an invocation that names no object', async () => {
    await expect(invoke({ bucket: 'b' })).rejects.toThrow('The payload must be {"bucket"');
  });

  describe('before an S3 that does not answer well', () => {
    let server: Server;
    const answerWith = async (status: number | 'nothing'): Promise<void> => {
      server = createServer((_, response) => {
        if (status === 'nothing') return;
        response.writeHead(status, { 'content-type': 'application/xml' }).end();
      });
      await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
      const { port } = server.address() as AddressInfo;
      // The ledger and the topic answer as ever; only the plan's bucket is out of order.
      await load({ ...stage.environment, AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${port}` });
    };
    afterEach(() => {
      server.closeAllConnections();
      server.close();
    });

    it.each([
      [403, 'access-denied'],
      [404, 'not-found'],
      [503, 'unavailable'],
      ['nothing', 'timeout'],
    ] as const)('%s gives unknown: %s', async (status, reason) => {
      await answerWith(status);
      const started = Date.now();
      // The report is published before the ledger, which this S3 holds too, refuses to note it.
      await deliver(created('db/full/a')).catch(() => undefined);
      expect(await verdicts()).toEqual([['unknown', reason, undefined]]);
      expect(Date.now() - started).toBeLessThan(50_000);
    });
  });
});
