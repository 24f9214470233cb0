import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { backdate } from '../../local/backdate.ts';
import { type FunctionStage, lambdaContext, prepareFunction } from '../support/function-stage.ts';
import { writeDump } from '../support/write-archive.ts';

const fixture = (name: string): Buffer =>
  readFileSync(new URL(`../fixtures/plain-dumps/${name}`, import.meta.url));
const plain = fixture('database.sql');
const schema = fixture('schema.sql');

const planFor = (bucket: string): string => `
plan: test
backups:
  full:
    kind: pg-dump
    location: s3://${bucket}/full/
    copies: [{ location: s3://${bucket}/copies/, within: 1h }]
    ignore-tables: ["*.sessions"]
  stated:
    kind: pg-dump
    location: s3://${bucket}/stated/
    database: shop
    contains: data
    restore-to: { postgres: 15, extensions: [hstore] }
  schema: { kind: pg-dump, location: "s3://${bucket}/schema/", contains: schema }
  files: { kind: files, location: "s3://${bucket}/files/" }
`;

const HOUR = 3_600_000;
let bucketNumber = 0;

describe('verify-backup on what a backup holds', () => {
  let stage: FunctionStage;
  let bucket: string;
  let handler: (event: unknown, context: ReturnType<typeof lambdaContext>) => Promise<unknown>;

  /** Stores a backup as it was some hours ago, and has it read. */
  const take = async (key: string, body: Buffer, hoursAgo = 0): Promise<void> => {
    await stage.put(bucket, key, body);
    const lastModified = new Date(Date.now() - hoursAgo * HOUR);
    if (hoursAgo > 0) await backdate(stage.endpoint, { bucket, key, lastModified });
    await read(key);
  };
  const read = (key: string, force = false) => handler({ bucket, key, force }, lambdaContext());
  const sweep = () =>
    handler({ source: 'aws.events', 'detail-type': 'Scheduled Event' }, lambdaContext());
  const contents = async () =>
    (await stage.reports())
      .map(({ data }) => data)
      .filter(({ check }) => check === 'backup-contents');
  const verdicts = async () =>
    (await contents()).map(({ verdict, reason, severity }) => [verdict, reason, severity]);
  const hoursAgo = (hours: number): Date => new Date(Date.now() - hours * HOUR);

  beforeEach(async () => {
    bucketNumber += 1;
    bucket = `contents-${process.pid}-${bucketNumber}`;
    stage = await prepareFunction('verify-backup', planFor(bucket));
    await stage.createBucket(bucket);
    for (const [name, value] of Object.entries(stage.environment)) vi.stubEnv(name, value);
    vi.resetModules();
    ({ handler } = await import('../../functions/verify-backup/handler.ts'));
  });
  afterEach(() => vi.unstubAllEnvs());

  it('says of a healthy series that nothing is missing, by series', async () => {
    await take('full/shop-20260101.dump', writeDump({ createdAt: hoursAgo(48) }), 48);
    await take('full/shop-20260102.dump', writeDump({ createdAt: hoursAgo(24) }), 24);
    const [first, second] = await contents();
    expect(first).toMatchObject({
      verdict: 'pass',
      reason: 'as-expected',
      subject: { kind: 'backup', id: `full@s3://${bucket}/full/shop-#.dump` },
      promise: 'backups.full',
      summary:
        'full: shop-20260101.dump holds 2 tables and 2500 rows of database shop; it is the first of its series, so there is nothing to compare it with',
    });
    expect(second).toMatchObject({
      verdict: 'pass',
      subject: first?.subject,
      summary: expect.stringContaining('compared with shop-20260101.dump nothing is missing'),
    });
    expect(await sweep()).toMatchObject({ standing: 0 });
  });

  it('warns of a table that vanished, says so until the next good dump, and judges it alike again', async () => {
    await take('full/shop-1.dump', writeDump({ createdAt: hoursAgo(72) }), 72);
    const tables = { users: 500 };
    await take('full/shop-2.dump', writeDump({ createdAt: hoursAgo(48), tables }), 48);
    expect((await contents()).at(-1)).toMatchObject({
      verdict: 'fail',
      severity: 'warning',
      reason: 'tables-vanished',
      summary: expect.stringContaining('public.orders (2000 rows)'),
      action: expect.stringContaining('ignore-tables'),
      observed: { comparedWith: { key: 'full/shop-1.dump', tables: 2 } },
    });
    // The object itself is whole, and that is said on its own.
    expect(await sweep()).toMatchObject({ standing: 1 });
    expect(await verdicts()).toEqual([['fail', 'tables-vanished', 'warning']]);
    // Read again it is judged by the one before it, not by itself; an older one says nothing.
    await read('full/shop-2.dump', true);
    await read('full/shop-1.dump', true);
    expect(await verdicts()).toEqual([['fail', 'tables-vanished', 'warning']]);
    await take('full/shop-3.dump', writeDump({ createdAt: hoursAgo(24), tables }), 24);
    expect(await verdicts()).toEqual([['pass', 'as-expected', undefined]]);
    expect(await sweep()).toMatchObject({ standing: 0, gone: 0 });
    expect(await verdicts()).toEqual([]);
  });

  it('warns of rows that were lost, but not of what the plan leaves out', async () => {
    const before = { users: 500, orders: 2_000, sessions: 1_500 };
    await take('full/shop-1.dump', writeDump({ createdAt: hoursAgo(48), tables: before }), 48);
    const after = { users: 500, orders: 900, sessions: 0 };
    await take('full/shop-2.dump', writeDump({ createdAt: hoursAgo(24), tables: after }), 24);
    const [, report] = await contents();
    expect(report).toMatchObject({
      reason: 'rows-lost',
      observed: { findings: [{ reason: 'rows-lost' }, { reason: 'shrunk' }] },
    });
    expect(report?.summary).not.toContain('sessions');
  });

  it('ends a warning whose object was deleted', async () => {
    await take('full/shop-1.dump', writeDump({ createdAt: hoursAgo(48) }), 48);
    await take(
      'full/shop-2.dump',
      writeDump({ createdAt: hoursAgo(24), tables: { users: 9 } }),
      24,
    );
    await stage.reports();
    await stage.remove(bucket, 'full/shop-2.dump');
    expect(await sweep()).toMatchObject({ gone: 1 });
    expect(await verdicts()).toEqual([['pass', 'deleted', undefined]]);
  });

  it('accuses a dump without rows after one with rows, and goes on while that lasts', async () => {
    await take('full/shop-1.dump', writeDump({ createdAt: hoursAgo(72) }), 72);
    await take(
      'full/shop-2.dump',
      writeDump({ createdAt: hoursAgo(48), tables: {}, extensions: ['hstore'] }),
      48,
    );
    await take('full/shop-3.dump', writeDump({ createdAt: hoursAgo(24), tables: {} }), 24);
    expect(await verdicts()).toEqual([
      ['pass', 'as-expected', undefined],
      ['fail', 'no-data', 'critical'],
      ['fail', 'empty-dump', 'critical'],
    ]);
    await take('schema/shop-1.dump', writeDump({ tables: {}, extensions: ['hstore'] }));
    expect(await verdicts()).toEqual([['pass', 'as-expected', undefined]]);
  });

  it('holds a dump to the database, the server and the extensions of the plan', async () => {
    await take('stated/1.dump', writeDump({ database: 'postgres' }));
    await take('stated/2.dump', writeDump({ server: '17.2', minor: 16 }));
    await take('stated/3.dump', writeDump({ extensions: ['hstore', 'postgis'] }));
    expect(await verdicts()).toEqual([
      ['fail', 'wrong-database', 'critical'],
      ['fail', 'target-too-old', 'critical'],
      ['fail', 'extension-missing', 'warning'],
    ]);
  });

  it('warns of another database than the three before', async () => {
    for (const age of [96, 72, 48])
      await take(`full/shop-${age}.dump`, writeDump({ createdAt: hoursAgo(age) }), age);
    await take('full/shop-24.dump', writeDump({ createdAt: hoursAgo(24), database: 'test' }), 24);
    expect((await contents()).at(-1)).toMatchObject({
      reason: 'wrong-database',
      severity: 'warning',
    });
  });

  it('finds a dump that is older than its name says, and one that was uploaded twice', async () => {
    const old = writeDump({ createdAt: hoursAgo(24 * 5) });
    await take('full/shop-1.dump', old, 24);
    const today = new Date().toISOString().slice(0, 10);
    await take(`full/shop-${today}.dump`, old, 2);
    await take('full/shop-2.dump', old, 1);
    expect(await verdicts()).toEqual([
      ['pass', 'as-expected', undefined],
      ['fail', 'older-than-its-name', 'warning'],
      ['fail', 'not-new', 'warning'],
    ]);
  });

  it('judges no copy, no files, and compares a plain dump by what it says', async () => {
    await take('full/shop-1.dump', writeDump({ createdAt: hoursAgo(48) }), 48);
    await take('copies/shop-1.dump', writeDump({ createdAt: hoursAgo(48) }), 47);
    await take('files/a.txt', Buffer.from('hello'));
    await take('full/plain-1.sql', plain, 48);
    await take('full/plain-2.sql', plain, 24);
    expect(await verdicts()).toEqual([
      ['pass', 'as-expected', undefined],
      ['pass', 'as-expected', undefined],
      ['pass', 'as-expected', undefined],
    ]);
  });

  it('warns of a dump that shrank where it has no rows to compare', async () => {
    const at = schema.indexOf('SET default_tablespace');
    const more = Buffer.from('-- more\n'.repeat(2_000));
    const large = Buffer.concat([schema.subarray(0, at), more, schema.subarray(at)]);
    await take('schema/1.sql', large, 24);
    await take('schema/2.sql', schema);
    expect(await verdicts()).toEqual([
      ['pass', 'as-expected', undefined],
      ['fail', 'shrunk', 'warning'],
    ]);
  });

  it('compares names without a date that are written over each with itself', async () => {
    const of = (database: string, age: number, users: number) =>
      writeDump({ database, createdAt: hoursAgo(age), tables: { users } });
    for (const age of [72, 48, 24]) {
      await take('full/tenant1.dump', of('one', age, 5_000), age);
      await take('full/tenant2.dump', of('two', age, 500), age - 1);
    }
    expect(new Set((await contents()).map(({ verdict }) => verdict))).toEqual(new Set(['pass']));
    await take('full/tenant1.dump', of('one', 1, 700), 1);
    expect((await contents()).at(-1)).toMatchObject({
      reason: 'rows-lost',
      subject: { id: `full@s3://${bucket}/full/tenant1.dump` },
    });
  });
});
