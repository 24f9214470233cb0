import { readFileSync } from 'node:fs';
import { gunzipSync, gzipSync } from 'node:zlib';
import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { backdate } from '../../local/backdate.ts';
import { opensslEncrypt } from '../../local/openssl-encrypt.ts';
import { type Folder, readFolder } from '../support/backup-folders.ts';
import { realBackup } from '../support/base-backups.ts';
import { type FunctionStage, lambdaContext, prepareFunction } from '../support/function-stage.ts';
import { readSample } from '../support/samples.ts';

const KEY = 'the key of the demo';

const planFor = (bucket: string): string => `
plan: test
backups:
  full: { kind: pg-dump, location: "s3://${bucket}/db/", schedule: daily 02:00 UTC }
  secret:
    kind: pg-dump
    location: s3://${bucket}/secret/
    encoding: [{ openssl: aes-256-cbc, passphrase: "${KEY}" }]
  base: { kind: base-backup, location: "s3://${bucket}/base/" }
`;

let bucketNumber = 0;

describe('verify-backup of a folder', () => {
  let stage: FunctionStage;
  let bucket: string;
  let handler: (event: unknown, context: ReturnType<typeof lambdaContext>) => Promise<unknown>;

  const load = async (settleSeconds = '0'): Promise<void> => {
    const environment = { ...stage.environment, SETTLE_SECONDS: settleSeconds };
    for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
    vi.resetModules();
    ({ handler } = await import('../../functions/verify-backup/handler.ts'));
  };
  const invoke = (event: unknown) => handler(event, lambdaContext());
  const created = (key: string): string =>
    JSON.stringify({
      Records: [
        {
          eventSource: 'aws:s3',
          eventName: 'ObjectCreated:Put',
          s3: { bucket: { name: bucket }, object: { key: encodeURIComponent(key) } },
        },
      ],
    });
  /** One by one, as the queue hands them over. */
  const deliver = async (...bodies: string[]): Promise<void> => {
    for (const body of bodies) {
      expect(await invoke(stage.queueEvent(body))).toEqual({ batchItemFailures: [] });
    }
  };
  const sweep = () => invoke({ source: 'aws.events', 'detail-type': 'Scheduled Event' });
  /** What the function sent itself, without the delay that it asked for. */
  const deliverQueued = async (): Promise<number> => {
    const queued = await stage.drain(stage.queue);
    for (const { Body = '' } of queued) await deliver(Body);
    return queued.length;
  };
  /** Messages that wait for their time. */
  const delayed = async (): Promise<number> => {
    const name = 'ApproximateNumberOfMessagesDelayed';
    const { Attributes } = await stage.clients.sqs.send(
      new GetQueueAttributesCommand({ QueueUrl: stage.queue.url, AttributeNames: [name] }),
    );
    return Number(Attributes?.[name]);
  };
  /** What comes when its time is over. */
  const comeBack = (key: string) =>
    deliver(
      JSON.stringify({
        ...readSample('backup-verify-requested/v1', 'unannounced'),
        data: { bucket, key, cause: 'unannounced' },
      }),
    );
  const upload = async (folder: string, files: Folder): Promise<string[]> => {
    const keys = [...files.keys()].map((name) => folder + name);
    for (const [name, bytes] of files) await stage.put(bucket, folder + name, bytes);
    return keys;
  };
  const age = (keys: string[], seconds: number) =>
    Promise.all(
      keys.map((key) =>
        backdate(stage.endpoint, {
          bucket,
          key,
          lastModified: new Date(Date.now() - seconds * 1000),
        }),
      ),
    );
  const reports = async () =>
    (await stage.reports())
      .map(({ data }) => data)
      .filter(({ check }) => check === 'backup-integrity');
  const verdicts = async () =>
    (await reports()).map(({ subject, verdict, reason }) => [
      subject.kind,
      subject.id.replace(`s3://${bucket}/`, ''),
      verdict,
      reason,
    ]);

  beforeEach(async () => {
    bucketNumber += 1;
    bucket = `folder-${process.pid}-${bucketNumber}`;
    stage = await prepareFunction('verify-backup', planFor(bucket));
    await stage.createBucket(bucket);
    await load();
  });
  afterEach(() => vi.unstubAllEnvs());

  it('says one thing of a folder, whichever of its objects are announced, and in which order', async () => {
    const files = readFolder('17-shop');
    const keys = await upload('db/2026-11-21/', files);
    await stage.put(bucket, 'db/2026-11-21/deeper/toc.dat', 'of another');
    for (const key of keys.toReversed()) await deliver(created(key));
    const all = await stage.reports();
    expect(all.map(({ data }) => data.check)).toEqual(['backup-integrity', 'backup-contents']);
    expect(all[1]?.data.summary).toMatch(/^full: 2026-11-21\/ holds 3 tables/);
    const report = all[0]?.data;
    expect(report).toMatchObject({
      subject: { kind: 'folder', id: `s3://${bucket}/db/2026-11-21/` },
      promise: 'backups.full',
      verdict: 'pass',
      observed: { format: 'pg-dump directory', files: 4, layers: ['gzip'] },
      evidence: [
        { uri: `s3://${bucket}/db/2026-11-21/`, sha256: expect.stringMatching(/^.{64}$/) },
      ],
    });
    expect(report?.summary).toMatch(/^full: 2026-11-21\/ .*3 tables and 204 rows of database shop/);
    expect(report?.measurements).toContainEqual({ name: 'rows', value: 204, unit: 'rows' });
    expect(await invoke({ bucket, key: 'db/2026-11-21/' })).toMatchObject({
      outcome: 'already-read',
    });
    expect(await invoke({ bucket, key: keys[0], force: true })).toMatchObject({
      outcome: 'reported',
    });
  });

  it('finds what is missing, and closes it when it comes', async () => {
    const files = readFolder('15-shop');
    const missing = files.get('3354.dat.gz') ?? Buffer.alloc(0);
    files.delete('3354.dat.gz');
    const keys = await upload('db/1/', files);
    await deliver(...keys.map(created));
    const [report, ...more] = await reports();
    expect(more).toEqual([]);
    expect(report).toMatchObject({ verdict: 'fail', reason: 'truncated', severity: 'critical' });
    expect(report?.summary).toContain('3354.dat (public.orders)');
    await sweep();
    expect(await verdicts()).toEqual([['folder', 'db/1/', 'fail', 'truncated']]);
    await stage.put(bucket, 'db/1/3354.dat.gz', missing);
    await deliver(created('db/1/3354.dat.gz'));
    expect(await verdicts()).toEqual([['folder', 'db/1/', 'pass', 'verified']]);
    await sweep();
    expect(await verdicts()).toEqual([]);
  });

  it('waits until all has come, with one message', async () => {
    await load('300');
    const files = [...readFolder('17-shop')];
    const keys = await upload('db/1/', new Map(files.slice(0, 2)));
    for (const key of keys) await deliver(created(key));
    expect(await verdicts()).toEqual([]);
    keys.push(...(await upload('db/1/', new Map(files.slice(2)))));
    for (const key of keys) await deliver(created(key));
    await age(keys, 200);
    expect(await delayed()).toBe(1);
    // It is not yet time; the message of the function itself waits once more.
    await comeBack('db/1/');
    expect(await verdicts()).toEqual([]);
    expect(await delayed()).toBe(2);
    await age(keys, 301);
    await comeBack('db/1/');
    expect(await verdicts()).toEqual([['folder', 'db/1/', 'pass', 'verified']]);
    expect(await delayed()).toBe(2);
    await deliver(...keys.map(created));
    expect(await verdicts()).toEqual([]);
  });

  it('gives the last large file more time, and no time for ever', async () => {
    await load('300');
    const files = readFolder('17-shop');
    files.delete('3354.dat.gz');
    const keys = await upload('db/1/', files);
    await age(keys, 600);
    await deliver(created(keys[0] ?? ''));
    expect(await verdicts()).toEqual([]);
    expect(await delayed()).toBe(1);
    await age(keys, 1801);
    await comeBack('db/1/');
    expect(await verdicts()).toEqual([['folder', 'db/1/', 'fail', 'truncated']]);
  });

  it('judges at once what a person forces', async () => {
    await load('300');
    await upload('db/1/', readFolder('17-shop'));
    const target = { bucket, key: 'db/1/' };
    expect(await invoke(target)).toEqual({ outcome: 'ignored', reason: 'arriving' });
    expect(await invoke({ ...target, force: true })).toMatchObject({ outcome: 'reported' });
  });

  it('says that a folder without toc.dat is cut off', async () => {
    const files = readFolder('17-objects');
    files.delete('toc.dat');
    await deliver(...(await upload('db/1/', files)).map(created));
    const [report, ...more] = await reports();
    expect(more).toEqual([]);
    expect(report).toMatchObject({ subject: { kind: 'folder' }, reason: 'truncated' });
    expect(report?.summary).toContain('toc.dat');
  });

  it('judges again when a file is taken away, and closes a folder that is gone', async () => {
    const keys = await upload('db/1/', readFolder('17-objects'));
    await deliver(...keys.map(created));
    expect(await verdicts()).toEqual([['folder', 'db/1/', 'pass', 'verified']]);
    await stage.remove(bucket, 'db/1/blob_1001.dat.gz');
    await deliver(created(keys[0] ?? ''));
    expect(await verdicts()).toEqual([['folder', 'db/1/', 'fail', 'truncated']]);
    for (const key of keys) await stage.remove(bucket, key);
    await sweep();
    expect(await verdicts()).toEqual([['folder', 'db/1/', 'pass', 'deleted']]);
    await sweep();
    expect(await verdicts()).toEqual([]);
  });

  it('opens files that were encrypted one by one', async () => {
    const plain = readFolder('15-objects');
    const files = new Map(
      [...plain].map(([name, bytes]) => [`${name}.enc`, opensslEncrypt(bytes, KEY)]),
    );
    await deliver(...(await upload('secret/1/', files)).map(created));
    const [report, ...more] = await reports();
    expect(more).toEqual([]);
    expect(report).toMatchObject({
      verdict: 'pass',
      observed: { layers: ['openssl aes-256-cbc (evp-sha256)', 'gzip'] },
    });
    const other = plain.get('3340.dat.gz') ?? Buffer.alloc(0);
    await stage.put(bucket, 'secret/1/3340.dat.gz.enc', opensslEncrypt(other, 'another'));
    await deliver(created('secret/1/3340.dat.gz.enc'));
    expect(await verdicts()).toEqual([['folder', 'secret/1/', 'fail', 'wrong-key']]);
  });

  it('judges dumps that are only named by a number one by one', async () => {
    const dump = gzipSync('--\n-- PostgreSQL database dump\n--\n');
    await upload(
      'db/',
      new Map([
        ['261120.dat.gz', dump],
        ['261121.dat.gz', dump],
      ]),
    );
    await deliver(created('db/261121.dat.gz'));
    expect(await verdicts()).toEqual([]);
    await deliverQueued();
    expect((await verdicts()).map(([kind, id]) => [kind, id]).sort()).toEqual([
      ['object', 'db/261120.dat.gz'],
      ['object', 'db/261121.dat.gz'],
    ]);
  });

  it('reads again those that are named by a number, also behind one that just came', async () => {
    await load('60');
    const dump = readFileSync(new URL('../fixtures/plain-dumps/database.sql', import.meta.url));
    const names = ['261101.dat.gz', '261120.dat.gz', '261121.dat.gz'];
    const keys = await upload('db/', new Map(names.map((name) => [name, gzipSync(dump)])));
    await age(keys.slice(0, 2), 40 * 86_400);
    await deliver(created('db/261121.dat.gz'));
    const [old = '', other = ''] = keys;
    await comeBack(old);
    expect(await verdicts()).toEqual([['object', old, 'pass', 'verified']]);
    expect(await invoke({ bucket, key: other })).toMatchObject({ outcome: 'reported' });
    expect(await invoke({ bucket, key: other })).toMatchObject({ outcome: 'already-read' });
  });

  it('does not take a dump that nobody can open for a folder that was cut', async () => {
    const gpg = readFileSync(new URL('../fixtures/gpg/passphrase.gpg', import.meta.url));
    await upload('db/', new Map([['261121.dat.gpg', gpg]]));
    await deliver(created('db/261121.dat.gpg'));
    expect(await verdicts()).toEqual([['folder', 'db/', 'unknown', 'key-not-named']]);
  });

  it('leaves another file of the folder to itself', async () => {
    await deliver(...(await upload('db/1/', readFolder('17-nothing'))).map(created));
    await stage.put(bucket, 'db/1/globals.sql', 'nothing');
    await deliver(created('db/1/globals.sql'));
    expect(await verdicts()).toEqual([
      ['folder', 'db/1/', 'pass', 'verified'],
      ['object', 'db/1/globals.sql', 'fail', 'not-a-dump'],
    ]);
  });

  it('judges the parts of a base backup as one', async () => {
    const part = (name: string) =>
      readFileSync(new URL(`../fixtures/base-backups/17-${name}`, import.meta.url));
    const files: Folder = new Map([
      ['16384.tar.gz', part('tablespace.tar.gz')],
      ['backup_manifest', gunzipSync(part('backup_manifest.gz'))],
      ['base.tar.gz', part('base.tar.gz')],
    ]);
    await deliver(...(await upload('base/1/', files)).map(created));
    const [report, ...more] = await reports();
    expect(more).toEqual([]);
    expect(report).toMatchObject({ subject: { kind: 'folder', id: `s3://${bucket}/base/1/` } });
    // The fixture keeps the smaller files of a base backup, and its manifest names all.
    expect(report).toMatchObject({ verdict: 'fail', reason: 'truncated' });
    expect(report?.summary).toContain('postgresql.conf is missing');
  });

  it('says what a whole base backup holds', async () => {
    const [tars, manifest] = [realBackup(17), 'backup_manifest'];
    const zipped = [...tars].filter(([name]) => name !== manifest);
    const files: Folder = new Map(zipped.map(([name, tar]) => [`${name}.gz`, gzipSync(tar)]));
    files.set(manifest, tars.get(manifest) ?? Buffer.alloc(0));
    await deliver(...(await upload('base/2/', files)).map(created));
    const [report] = await reports();
    expect(report).toMatchObject({
      verdict: 'pass',
      observed: {
        format: 'base backup',
        serverVersion: '17',
        label: 'nightly backup',
        manifest: 'version 2',
        dataChecksums: true,
      },
    });
    expect(report?.summary).toMatch(/a complete base backup of PostgreSQL 17, with 1 WAL segment;/);
  });

  it('judges base backups that are only named by a number one by one', async () => {
    await upload('base/', new Map([['20261121.tar.gz', gzipSync('no tar')]]));
    await deliver(created('base/20261121.tar.gz'));
    await deliverQueued();
    expect(await verdicts()).toMatchObject([['object', 'base/20261121.tar.gz', 'unknown', {}]]);
  });

  it('says that it cannot see a folder of a bucket that is gone', async () => {
    const target = { bucket: 'no-such-bucket-here', key: 'db/1/' };
    expect(await invoke(target)).toEqual({ outcome: 'ignored', reason: 'outside-policy' });
    expect(await invoke({ bucket, key: 'db/nothing/' })).toMatchObject({
      report: {
        verdict: 'unknown',
        reason: 'not-found',
        action: expect.stringContaining('look at bucket and key again'),
      },
    });
  });
});
