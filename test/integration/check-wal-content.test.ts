import { brotliCompressSync, gzipSync, zstdCompressSync } from 'node:zlib';
import {
  DeleteObjectCommand,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
} from '@aws-sdk/client-s3';
import { PutParameterCommand } from '@aws-sdk/client-ssm';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { CheckReport } from '../../events/check-reported/v1.ts';
import { opensslEncrypt } from '../../local/openssl-encrypt.ts';
import { type FunctionStage, lambdaContext, prepareFunction } from '../support/function-stage.ts';
import { CLUSTER, wholeSegment } from '../support/wal-segment.ts';
import { walArchive, wholeSegments } from '../support/wal-segments.ts';

const MB = 1024 ** 2;
const FOLDER = 'db files/wal + more/';

const planFor = (bucket: string, more = ''): string => `
plan: test
backups:
  wal:
    kind: wal
    location: s3://${bucket}/${FOLDER}
    fresh: { within: 20m }
    segment-size: 1MB
${more}`;

const name = (number: number, timeline = 1): string =>
  [timeline, Math.floor(number / 256), number % 256]
    .map((part) => part.toString(16).toUpperCase().padStart(8, '0'))
    .join('');

let tests = 0;

describe('check-wal looks into segments', () => {
  let stage: FunctionStage;
  let bucket: string;
  let handler: (event: unknown, context: ReturnType<typeof lambdaContext>) => Promise<unknown>;

  const prepare = async (more?: string): Promise<void> => {
    stage = await prepareFunction('check-wal', planFor(bucket, more));
    for (const [key, value] of Object.entries(stage.environment)) vi.stubEnv(key, value);
    vi.resetModules();
    ({ handler } = await import('../../functions/check-wal/handler.ts'));
  };
  const put = (file: string, body: Buffer | string, more = {}) =>
    stage.put(bucket, FOLDER + file, body, more);
  const segment = (file: string, changes: Parameters<typeof wholeSegment>[1] = {}): Buffer =>
    wholeSegment(file, { segmentSize: MB, ...changes });
  const putGz = (number: number, changes: Parameters<typeof wholeSegment>[1] = {}) =>
    put(`${name(number)}.gz`, gzipSync(segment(name(number), changes)));
  const invoke = async (event: unknown = {}, remainingMs?: number): Promise<CheckReport> => {
    await handler(event, lambdaContext(remainingMs));
    const reports = (await stage.reports()).map(({ data }) => data);
    const [report, ...more] = reports.filter(({ check }) => check === 'wal-content');
    if (report === undefined || more.length > 0) throw new Error('not one report');
    return report;
  };
  const measured = (report: CheckReport, what: string): number | undefined =>
    report.measurements.find((one) => one.name === what)?.value;

  beforeEach(async () => {
    tests += 1;
    bucket = `wal-content-${process.pid}-${tests}`;
    await prepare();
    await stage.createBucket(bucket);
  });
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  it('reads every new header once, by one small request each', async () => {
    for (const number of [1, 2, 3]) await putGz(number);
    const first = await invoke();
    expect(first).toMatchObject({
      verdict: 'pass',
      reason: 'headers-right',
      summary:
        'wal: the headers of all 3 segment files are those that their names say, of one cluster',
      expected: { systemIdentifier: CLUSTER.toString() },
      observed: { postgres: 15 },
    });
    expect(measured(first, 'headers-read')).toBe(3);
    await putGz(4);
    const second = await invoke();
    expect(measured(second, 'headers-read')).toBe(1);
    expect(measured(second, 'segments-by-header')).toBe(4);
    expect(measured(await invoke({ rescan: true }), 'headers-read')).toBe(0);
  });

  it.each([
    ['another file', 'not-wal', () => Buffer.from('x'.repeat(100))],
    ['zeros', 'empty-page', () => Buffer.alloc(100)],
    ['the contents of another segment', 'misnamed', () => segment(name(9))],
    ['another segment size', 'wrong-segment-size', () => segment(name(2), { segmentSize: 2 * MB })],
    ['a timeline that is no ancestor', 'wrong-timeline', () => segment(name(2), { timeline: 3 })],
    ['fewer bytes than a header', 'too-short', () => segment(name(2)).subarray(0, 39)],
  ])('accuses a segment that holds %s', async (_, reason, body) => {
    await putGz(1);
    await put(`${name(2)}.gz`, gzipSync(body()));
    await putGz(3);
    const report = await invoke();
    expect(report).toMatchObject({ verdict: 'fail', severity: 'critical', reason });
    expect(report.summary).toContain(`segment ${name(2)}.gz cannot be replayed: `);
    expect(report.observed).toMatchObject({ bad: [{ first: `${name(2)}.gz`, segments: 1 }] });
    expect(await invoke()).toMatchObject({ verdict: 'fail', reason });

    await new Promise((resolve) => setTimeout(resolve, 1_100));
    await putGz(2);
    expect(await invoke()).toMatchObject({ verdict: 'pass' });
  });

  it('sees that a good segment was overwritten by another', async () => {
    for (const number of [1, 2, 3]) await putGz(number);
    expect(await invoke()).toMatchObject({ verdict: 'pass' });
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    await putGz(2, { systemIdentifier: 99n });
    expect(await invoke()).toMatchObject({
      verdict: 'fail',
      reason: 'foreign-cluster',
      summary: `wal: segment ${name(2)}.gz was written by the cluster 99 (PostgreSQL 15), and this archive is of ${CLUSTER} (PostgreSQL 15)`,
      observed: { foreign: [{ systemIdentifier: '99', segments: 1 }] },
    });
  });

  describe('in a bucket that keeps versions', () => {
    beforeEach(async () => {
      await stage.clients.s3.send(
        new PutBucketVersioningCommand({
          Bucket: bucket,
          VersioningConfiguration: { Status: 'Enabled' },
        }),
      );
      for (const number of [1, 2, 3]) await putGz(number);
    });

    it('finds a name that was overwritten with other contents before anybody looked', async () => {
      const other = segment(name(2));
      other.writeUInt8(1, MB - 1);
      await put(`${name(2)}.gz`, gzipSync(other));
      const report = await invoke();
      expect(report).toMatchObject({ verdict: 'fail', reason: 'overwritten' });
      expect(report.summary).toMatch(
        /^wal: segment \w+02\.gz cannot be replayed: it was overwritten with other contents: version \S+ of/,
      );
      const again = await invoke();
      expect(again).toMatchObject({ verdict: 'fail', reason: 'overwritten' });
      expect(measured(again, 'headers-read')).toBe(0);
      const { Versions = [] } = await stage.clients.s3.send(
        new ListObjectVersionsCommand({ Bucket: bucket, Prefix: `${FOLDER}${name(2)}` }),
      );
      for (const { Key, VersionId, IsLatest } of Versions) {
        if (IsLatest) continue;
        await stage.clients.s3.send(new DeleteObjectCommand({ Bucket: bucket, Key, VersionId }));
      }
      expect(await invoke()).toMatchObject({ verdict: 'pass' });
    });

    it('only warns where a broken segment was put right', async () => {
      await put(`${name(4)}.gz`, gzipSync(segment(name(4))).subarray(0, 300));
      await putGz(4);
      await put(`${name(5)}.gz`, gzipSync(segment(name(9))));
      await putGz(5);
      const report = await invoke();
      expect(report).toMatchObject({ verdict: 'fail', severity: 'warning', reason: 'overwritten' });
      expect(report.summary).toMatch(
        /^wal: segment \w+04\.gz was replaced: its version .* could not be replayed \(.*; so was 1 more segment$/,
      );
    });

    it('takes the same segment, compressed anew, for what it is', async () => {
      const body = segment(name(4));
      await put(`${name(4)}.gz`, gzipSync(body, { level: 1 }));
      await put(`${name(4)}.gz`, gzipSync(body, { level: 9 }));
      expect(await invoke()).toMatchObject({ verdict: 'pass' });
      await put(`${name(5)}.gz`, 'x');
      await stage.remove(bucket, `${FOLDER}${name(5)}.gz`);
      expect(await invoke()).toMatchObject({ verdict: 'pass' });
    });
  });

  describe('reads whole segments', () => {
    beforeEach(async () => {
      for (const [file, bytes] of walArchive(15)) await put(file, bytes);
    });
    const names = wholeSegments(15).map(([file]) => file);

    it('in turns, one in each run where there are few', async () => {
      const first = await invoke();
      expect(first).toMatchObject({ verdict: 'pass' });
      expect(measured(first, 'segments-walked')).toBe(1);
      const second = await invoke();
      expect(measured(second, 'walked-in-7-days')).toBeCloseTo((100 * 2) / names.length, 0);
    });

    it('all of them on demand, and names the first damaged record', async () => {
      await invoke();
      const all = await invoke({ policy: 'wal', deep: true });
      expect(all).toMatchObject({ verdict: 'pass' });
      expect(measured(all, 'segments-to-walk')).toBe(0);
      expect(measured(all, 'walked-in-7-days')).toBe(100);
      expect(measured(all, 'last-commit-walked')).toBeGreaterThan(1_700_000_000);

      const [file, bytes] = wholeSegments(15)[4] ?? ['', Buffer.alloc(0)];
      const broken = Buffer.from(bytes);
      broken.writeUInt8(broken.readUInt8(300_000) ^ 1, 300_000);
      await new Promise((resolve) => setTimeout(resolve, 1_100));
      await put(file, broken);
      const found = await invoke({ policy: 'wal', deep: true, range: file });
      expect(measured(found, 'segments-walked')).toBe(1);
      expect(found).toMatchObject({ verdict: 'fail', reason: 'record-checksum' });
      expect(found.summary).toContain(`segment ${file} cannot be replayed: `);
      expect(await invoke()).toMatchObject({ verdict: 'fail', reason: 'record-checksum' });
    });
  });

  it('says that bytes do not fit the name', async () => {
    await put(`${name(1)}.gz`, segment(name(1)));
    await put(`${name(2)}.gz`, gzipSync(segment(name(2))).subarray(0, 12));
    expect((await invoke()).summary).toContain(
      `${name(1)}.gz cannot be replayed: its bytes are not compressed the way its name says; 1 more segment`,
    );
  });

  it('opens what archive_command compressed, and encrypted as the plan says', async () => {
    await put(name(1), segment(name(1)));
    await put(`${name(2)}.zst`, zstdCompressSync(segment(name(2))));
    await put(`${name(3)}.br`, brotliCompressSync(segment(name(3))));
    expect(await invoke()).toMatchObject({ verdict: 'pass' });
  });

  it('opens what is encrypted as the plan says, and says where the key is not to be had', async () => {
    const key = `/wal/key-${process.pid}`;
    await prepare(`    encoding: [gzip, { openssl: aes-256-cbc, passphrase: "\${ssm:${key}}" }]`);
    const sealed = (number: number, passphrase: string) =>
      put(name(number), opensslEncrypt(gzipSync(segment(name(number))), passphrase));
    await sealed(1, 'right');
    expect(await invoke()).toMatchObject({ verdict: 'unknown', reason: 'key-unavailable' });
    await stage.clients.ssm.send(
      new PutParameterCommand({ Name: key, Value: 'right', Type: 'SecureString' }),
    );
    expect(await invoke()).toMatchObject({ verdict: 'pass' });
    await sealed(2, 'wrong');
    expect(await invoke()).toMatchObject({ verdict: 'fail', reason: 'wrong-key' });
  });

  it('says what it cannot look into, and how much', async () => {
    await putGz(1);
    await put(`${name(2)}.gz`, gzipSync(segment(name(2))), { StorageClass: 'DEEP_ARCHIVE' });
    await put(`${name(3)}.lzo`, 'lzo');
    await put(`${name(4)}.lzo`, 'lzo');
    expect(await invoke()).toMatchObject({
      verdict: 'unknown',
      reason: 'unsupported-compression',
      observed: {
        notLookedInto: [
          { reason: 'unsupported-compression', segments: 2 },
          { reason: 'archived', segments: 1 },
        ],
      },
    });
  });

  it('goes on where time ran out, and passes nothing that was not read', async () => {
    for (const number of [1, 2, 3]) await putGz(number);
    const report = await invoke({}, 12_500);
    expect(report).toMatchObject({ verdict: 'unknown', reason: 'reading-goes-on' });
    expect(measured(report, 'headers-left')).toBe(3);
    expect(await invoke()).toMatchObject({ verdict: 'pass' });
  });
});
