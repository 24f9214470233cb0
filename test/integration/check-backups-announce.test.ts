import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { DAY_MS, HOUR_MS, prepareCheckBackups, SCHEDULED } from '../support/check-backups-stage.ts';

const KEYS = ['db full/söndag + måndag (1).gz', 'db full/日本 100%.gz', 'db full/a+b.gz'];

const prepare = (environment: Record<string, string> = {}) =>
  prepareCheckBackups(
    ({ bucket, dr }) => `
  database-full:
    kind: pg-dump
    location: s3://${bucket}/db full/
    schedule: daily
    retain: 30d
    copies: [s3://${dr}/db full/]
  wal: { kind: wal, location: "s3://${bucket}/wal/", retain: 7d }
`,
    environment,
  );

describe('check-backups, of objects that no event announced', () => {
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  it('has each verified once and only once, and its copy, under its very key', async () => {
    const stage = await prepare();
    for (const key of KEYS) await stage.putWithCopy(key, HOUR_MS);
    await stage.put('wal/0000000100000000000000A7');
    await stage.put('elsewhere/x.gz');
    await stage.run();
    const commands = await stage.commands();
    const expected = [stage.bucket, stage.dr].flatMap((bucket) =>
      KEYS.map((key) => ({ bucket, key, cause: 'unannounced' })),
    );
    expect(commands).toHaveLength(6);
    expect(commands).toEqual(expect.arrayContaining(expected));
    await stage.run();
    await stage.restart();
    await stage.run();
    expect(await stage.commands()).toEqual([]);
    await stage.put('db full/new.gz');
    await stage.run({});
    expect(await stage.commands()).toEqual([
      { bucket: stage.bucket, key: 'db full/new.gz', cause: 'unannounced' },
    ]);
    await stage.put(KEYS[0] ?? '', 0, 'written anew');
    await stage.run();
    expect(await stage.commands()).toHaveLength(1);
  });

  it('waits for the event of what is new', async () => {
    const stage = await prepare({ SETTLE_SECONDS: '600' });
    await stage.put('db full/new.gz', 1_000);
    await stage.put('db full/old.gz', 700_000);
    await stage.run();
    expect(await stage.commands()).toMatchObject([{ key: 'db full/old.gz' }]);
  });

  it('notices an upload that began before what is known already', async () => {
    const stage = await prepare();
    await stage.put('db full/new.gz');
    await stage.run();
    await stage.commands();
    await stage.put('db full/slow.gz', 30 * HOUR_MS);
    await stage.run();
    expect(await stage.commands()).toMatchObject([{ key: 'db full/slow.gz' }]);
  });

  it('has objects read again when they are due, also after a pause', async () => {
    const stage = await prepareCheckBackups(
      ({ bucket }) => `
  templates: { kind: files, location: "s3://${bucket}/t/", schedule: on-change, reread: 1d }
`,
    );
    await stage.put('t/a.json', 9 * DAY_MS);
    await stage.run();
    await stage.run();
    expect((await stage.commands()).map(({ cause }) => cause)).toEqual(['unannounced']);
    // As if the last run had been two days ago.
    const record = { Bucket: stage.ledgerBucket, Key: 'policies/templates.json' };
    const { Body } = await stage.clients.s3.send(new GetObjectCommand(record));
    const before = (await Body?.transformToString()) ?? '';
    const until = `"rereadUntil":"${new Date(Date.now() - 2 * DAY_MS).toISOString()}"`;
    const paused = before.replace(/"rereadUntil":"[^"]*"/, until);
    expect(paused).not.toBe(before);
    await stage.clients.s3.send(new PutObjectCommand({ ...record, Body: paused }));
    await stage.run();
    await stage.run();
    expect((await stage.commands()).map(({ cause }) => cause)).toEqual(['reread']);
  });

  it('has a folder that is one backup verified once, and counts it as one', async () => {
    const stage = await prepareCheckBackups(
      ({ bucket }) => `
  dumps: { kind: pg-dump, location: "s3://${bucket}/d/", schedule: daily 02:00 UTC, retain: 30d }
`,
    );
    const files = ['3354.dat.gz', '3355.dat.gz', 'blob_16400.dat.gz', 'blobs.toc', 'toc.dat'];
    for (const name of files) await stage.put(`d/1/${name}`);
    // An empty large object: no empty backup.
    await stage.put('d/1/blob_16401.dat.zst', 0, '');
    const { find } = await stage.run();
    expect(await stage.commands()).toEqual([
      { bucket: stage.bucket, key: 'd/1/', cause: 'unannounced' },
    ]);
    expect(find('backup-freshness')).toMatchObject({
      verdict: 'pass',
      observed: { newest: `s3://${stage.bucket}/d/1/`, count: 1 },
    });
    await stage.run();
    expect(await stage.commands()).toEqual([]);
  });

  it('sends nothing twice when two runs meet, and both report', async () => {
    const stage = await prepare();
    await stage.put('db full/first.gz');
    await stage.run();
    await stage.commands();
    for (const key of KEYS) await stage.put(key);
    await Promise.all([stage.answer(SCHEDULED), stage.answer(SCHEDULED)]);
    const sent = new Set((await stage.commands()).map(({ key }) => key));
    expect(sent).toEqual(new Set(KEYS));
    await stage.reports();
    await stage.run();
    expect(await stage.commands()).toEqual([]);
  });

  it('begins anew where the record is damaged, and mends it', async () => {
    const stage = await prepare();
    await stage.put('db full/a.gz');
    await stage.run();
    await stage.commands();
    const record = { Bucket: stage.ledgerBucket, Key: 'policies/database-full.json' };
    await stage.clients.s3.send(new PutObjectCommand({ ...record, Body: '{"seen": 7' }));
    const { find } = await stage.run();
    expect(find('backup-retention', 'database-full').verdict).toBe('pass');
    expect(await stage.commands()).toHaveLength(1);
    const { Body } = await stage.clients.s3.send(new GetObjectCommand(record));
    expect(JSON.parse((await Body?.transformToString()) ?? '')).toMatchObject({
      seen: { generations: [{ name: 'a.gz' }] },
    });
  });

  it('reports all it can where the queue takes nothing, and tries again', async () => {
    const stage = await prepare();
    await stage.put('db full/a.gz');
    await stage.restart({ VERIFY_QUEUE_URL: `${stage.queue.url}-gone` });
    await expect(stage.answer(SCHEDULED)).rejects.toThrow(/database-full/);
    const reports = await stage.reports();
    expect(reports.map(({ data }) => data.backup)).toContain('wal');
    expect(reports.map(({ data }) => data.backup)).toContain('database-full');
    await stage.restart();
    await stage.run();
    expect(await stage.commands()).toMatchObject([{ key: 'db full/a.gz' }]);
  });
});
