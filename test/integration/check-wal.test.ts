import { randomBytes } from 'node:crypto';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import * as z from 'zod';
import type { CheckReport } from '../../events/check-reported/v1.ts';
import { backdate } from '../../local/backdate.ts';
import { type FunctionStage, lambdaContext, prepareFunction } from '../support/function-stage.ts';
import { segmentHeader } from '../support/wal-segment.ts';

const FOLDER = 'db files/wal + more/';

const planFor = (bucket: string, more = ''): string => `
plan: test
backups:
  wal:
    kind: wal
    location: s3://${bucket}/${FOLDER}
    fresh: { within: 20m, severity: warning, critical-after: 30m }
    retain: 7d
  full: { kind: pg-dump, location: "s3://${bucket}/full/" }
${more}`;

/** \`A7\` of timeline 1, as archive_command names it. */
const name = (number: number, timeline = 1, suffix = '.gz'): string =>
  [timeline, Math.floor(number / 256), number % 256]
    .map((part) => part.toString(16).toUpperCase().padStart(8, '0'))
    .join('') + suffix;

const MB = 1024 ** 2;
const SEGMENT = /^[0-9A-F]{24}(\.gz)?$/;

const contentOf = (file: string): Buffer | string => {
  if (!SEGMENT.test(file)) return 'something';
  const header = segmentHeader(file);
  return file.endsWith('.gz') ? gzipSync(header) : header;
};
const HISTORY = '1\t0/A9000028\tno recovery target specified\n';
let tests = 0;

describe('check-wal', () => {
  let stage: FunctionStage;
  let bucket: string;
  let handler: (event: unknown, context: ReturnType<typeof lambdaContext>) => Promise<unknown>;

  const load = async (environment: Record<string, string>): Promise<void> => {
    for (const [variable, value] of Object.entries(environment)) vi.stubEnv(variable, value);
    // The environment is read at cold start, so every test starts cold.
    vi.resetModules();
    ({ handler } = await import('../../functions/check-wal/handler.ts'));
  };
  const archive = async (...names: string[]): Promise<void> => {
    for (const file of names) await stage.put(bucket, FOLDER + file, contentOf(file));
  };
  const invoke = async (event: unknown = {}, remainingMs?: number) => {
    await handler(event, lambdaContext(remainingMs));
    const reports = (await stage.reports()).map(({ data }) => data);
    const of = (check: string): CheckReport => {
      const [report, ...more] = reports.filter((one) => one.check === check);
      if (report === undefined || more.length > 0) throw new Error(`${check}: not one report`);
      return report;
    };
    return {
      reports,
      freshness: of('wal-freshness'),
      continuity: of('wal-continuity'),
      size: of('wal-segment-size'),
      content: of('wal-content'),
    };
  };
  const requests = (report: CheckReport): number | undefined =>
    report.measurements.find((one) => one.name === 'list-requests')?.value;

  const cursor = () => ({ Bucket: stage.ledgerBucket, Key: 'archives/wal.json' });
  const readMemory = async () => {
    const { Body } = await stage.clients.s3.send(new GetObjectCommand(cursor()));
    return z.looseObject({}).parse(JSON.parse((await Body?.transformToString()) ?? ''));
  };
  const writeMemory = (body: string) =>
    stage.clients.s3.send(new PutObjectCommand({ ...cursor(), Body: body }));
  const changeMemory = async (changes: object) =>
    writeMemory(JSON.stringify({ ...(await readMemory()), ...changes }));

  beforeEach(async () => {
    tests += 1;
    bucket = `wal-archive-${process.pid}-${tests}`;
    stage = await prepareFunction('check-wal', planFor(bucket));
    await stage.createBucket(bucket);
    await load(stage.environment);
  });
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  it('passes a whole archive, other files beside it, whoever starts it', async () => {
    await archive(
      name(0xa5),
      name(0xa6),
      name(0xa7, 1, ''),
      name(0xa8),
      `${name(0xa9, 1, '')}.partial`,
    );
    await archive('README + notes.txt', 'sub folder/x', `${name(0xa6, 1, '')}.00000028.backup`);
    const scheduled = { source: 'aws.events', 'detail-type': 'Scheduled Event', detail: {} };
    for (const event of [{}, scheduled, null]) {
      const { continuity, freshness, reports } = await invoke(event);
      expect(reports.map(({ subject }) => subject.id)).toEqual(
        Array.from({ length: 5 }, () => 'wal'),
      );
      expect(continuity).toMatchObject({
        verdict: 'pass',
        reason: 'continuous',
        promise: 'backups.wal',
        summary: `wal: no segment is missing from ${name(0xa6, 1, '')} to ${name(0xa8, 1, '')}`,
        observed: { others: 2, partials: 1, baseBackups: 1 },
      });
      expect(requests(continuity)).toBe(1);
      expect(freshness).toMatchObject({ verdict: 'pass', reason: 'fresh' });
      expect(freshness.evidence).toEqual([{ uri: `s3://${bucket}/${FOLDER}${name(0xa8)}` }]);
    }
  });

  it('names a missing segment with its neighbours, and sees it come back', async () => {
    await archive(name(0xa5), name(0xa6), name(0xa8));
    const gap = (await invoke()).continuity;
    expect(gap).toMatchObject({
      verdict: 'fail',
      severity: 'critical',
      reason: 'gap',
      summary:
        'wal: segment 0000000100000000000000A7 is missing between 0000000100000000000000A6 and 0000000100000000000000A8',
      observed: { missing: 1, gaps: [{ first: '0000000100000000000000A7', segments: 1 }] },
    });
    expect(gap.action).toContain('sls invoke -f check-wal -s local');
    await archive(name(0xa7));
    expect((await invoke()).continuity).toMatchObject({ verdict: 'pass' });
    await stage.remove(bucket, FOLDER + name(0xa6));
    expect((await invoke()).continuity.summary).toContain('segment 0000000100000000000000A6');
  });

  it('counts further gaps and names ranges', async () => {
    await archive(name(1), name(14), name(16), name(0x100000));
    const { continuity } = await invoke();
    expect(continuity.summary).toBe(
      'wal: 12 segments 000000010000000000000002 to 00000001000000000000000D are missing between 000000010000000000000001 and 00000001000000000000000E, and 2 more gaps (1048560 segments)',
    );
    expect(continuity.observed).toMatchObject({
      missing: 1048572,
      gaps: [{}, {}, { segments: 1048559 }],
    });
  });

  it('says that nothing was archived, and takes no partial for a segment', async () => {
    const empty = await invoke();
    expect(empty.freshness).toMatchObject({
      verdict: 'fail',
      severity: 'critical',
      reason: 'nothing-archived',
      summary: 'wal: no WAL segment has been archived',
    });
    expect(empty.continuity).toMatchObject({ verdict: 'unknown', reason: 'nothing-archived' });
    expect(empty.size).toMatchObject({ verdict: 'unknown', reason: 'nothing-archived' });
    await archive(name(7, 1, '.partial'));
    expect((await invoke()).freshness.summary).toContain('only a partial one is there');
  });

  it('goes by the age of the newest segment in the sequence', async () => {
    await archive(name(1), name(2));
    const age = async (minutes: number) => {
      const lastModified = new Date(Date.now() - minutes * 60_000);
      await backdate(stage.endpoint, { bucket, key: FOLDER + name(2), lastModified });
      return (await invoke()).freshness;
    };
    expect(await age(19)).toMatchObject({ verdict: 'pass' });
    const stale = await age(25);
    expect(stale).toMatchObject({ verdict: 'fail', severity: 'warning', reason: 'stale' });
    expect(stale.summary).toMatch(
      /^wal: the newest segment 0{7}1\w{14}02\.gz was archived 25m ago/,
    );
    expect(await age(31)).toMatchObject({ verdict: 'fail', severity: 'critical' });
  });

  it('follows a switch of timelines by its history, also a compressed one', async () => {
    await archive(name(0xa7), name(0xa8), name(0xa9, 2), name(0xaa, 2));
    expect((await invoke()).continuity).toMatchObject({
      verdict: 'fail',
      reason: 'history-missing',
      summary: expect.stringContaining('00000002.history is missing'),
    });
    await stage.put(bucket, `${FOLDER}00000002.history`, HISTORY);
    expect((await invoke()).continuity).toMatchObject({ verdict: 'pass' });
    await stage.remove(bucket, `${FOLDER}00000002.history`);
    await stage.put(bucket, `${FOLDER}00000002.history.gz`, gzipSync(HISTORY));
    expect((await invoke()).continuity).toMatchObject({ verdict: 'pass' });
    await stage.remove(bucket, FOLDER + name(0xa8));
    expect((await invoke()).continuity.summary).toContain(
      'segment 0000000100000000000000A8 is missing between 0000000100000000000000A7 and 0000000200000000000000A9',
    );
  });

  it('does not judge across a history that it cannot read', async () => {
    await archive(name(0xa7), name(0xa9, 2));
    await stage.put(bucket, `${FOLDER}00000002.history`, 'not a history');
    expect((await invoke()).continuity).toMatchObject({
      verdict: 'fail',
      reason: 'history-damaged',
      summary:
        'wal: 00000002.history: line 1 must be a timeline, an LSN and a reason, separated by tabs; no recovery follows a timeline by it',
    });
    await stage.remove(bucket, `${FOLDER}00000002.history`);
    await stage.put(bucket, `${FOLDER}00000002.history.lzo`, 'x');
    expect((await invoke()).continuity).toMatchObject({
      verdict: 'unknown',
      reason: 'unsupported-compression',
    });
  });

  it('accuses raw segments that are empty or cut', async () => {
    for (const number of [1, 2, 3])
      await stage.put(bucket, FOLDER + name(number, 1, ''), Buffer.alloc(MB));
    expect((await invoke()).size).toMatchObject({
      verdict: 'pass',
      expected: { segmentSizeBytes: MB },
    });
    await stage.put(bucket, FOLDER + name(2, 1, ''), Buffer.alloc(MB / 2));
    await stage.put(bucket, FOLDER + name(4, 1, ''), '');
    await stage.put(bucket, FOLDER + name(5), '');
    const { size, continuity } = await invoke();
    expect(size).toMatchObject({ verdict: 'fail', severity: 'critical', reason: 'wrong-size' });
    expect(size.summary).toBe(
      'wal: segment 000000010000000000000002 holds 524288 bytes, not 1048576, which ends a recovery; 2 more segments cannot be restored either',
    );
    expect(continuity.verdict).toBe('pass');
  });

  it('asks a compressed segment for the segment size where the names do not tell', async () => {
    const put = (file: string) => stage.put(bucket, FOLDER + file, 'segment');
    const at = (number: number): string => name(Math.floor(number / 64) * 256 + (number % 64));
    for (let number = 0x3c; number < 0x46; number += 1) await put(at(number));
    const doubtful = await invoke();
    expect(doubtful.continuity).toMatchObject({ verdict: 'unknown', reason: 'size-not-known' });
    expect(doubtful.continuity.action).toContain('segment-size');

    const segment = Buffer.alloc(MB);
    segment.writeUInt16LE(53_528, 0);
    segment.writeUInt16LE(2, 2);
    segment.writeBigUInt64LE(BigInt(0x46 * 64 * MB), 8);
    segment.writeUInt32LE(64 * MB, 32);
    // Bytes that do not compress: what is read is the start of a larger object.
    await stage.put(
      bucket,
      FOLDER + at(0x46),
      gzipSync(Buffer.concat([segment, randomBytes(20_000)])),
    );
    const { continuity } = await invoke();
    expect(continuity).toMatchObject({
      verdict: 'pass',
      observed: { segmentSizeBytes: 64 * MB, segments: 11 },
    });
    expect(await readMemory()).toMatchObject({ segmentSize: 64 * MB, sizeKnown: true });
  });

  it('judges the timeline that is written to, below a stray higher one', async () => {
    await archive(name(0xa8), name(0xa9), name(0xaa), name(0xa9, 2));
    await stage.put(bucket, `${FOLDER}00000002.history`, HISTORY);
    const lastModified = new Date(Date.now() - 66 * 60_000);
    await backdate(stage.endpoint, { bucket, key: FOLDER + name(0xa9, 2), lastModified });
    const whole = await invoke();
    expect(whole.freshness).toMatchObject({ verdict: 'pass', reason: 'fresh' });
    expect(whole.continuity).toMatchObject({
      verdict: 'fail',
      severity: 'warning',
      reason: 'timelines-diverged',
    });
    await stage.remove(bucket, FOLDER + name(0xa9));
    expect((await invoke()).continuity).toMatchObject({ reason: 'gap', severity: 'critical' });
  });

  it('names the tool whose layout it does not read', async () => {
    await archive(`archive/main/15-1/0000000100000000/${name(1, 1, '')}-${'a'.repeat(40)}.gz`);
    const { freshness, continuity } = await invoke();
    expect(freshness).toMatchObject({ verdict: 'unknown', reason: 'foreign-naming' });
    expect(freshness.summary).toContain('laid out by pgBackRest');
    expect(continuity).toMatchObject({ verdict: 'unknown', reason: 'foreign-naming' });
  });

  it('asks once for each timeline of a large archive, and still sees what changes', async () => {
    const put = async (numbers: number[], timeline = 1): Promise<void> => {
      const files = numbers.map((number) => name(number, timeline));
      for (let at = 0; at < files.length; at += 20) {
        await Promise.all(files.slice(at, at + 20).map((file) => archive(file)));
      }
    };
    const numbers = Array.from({ length: 1_150 }, (_, index) => index);
    await put(numbers.filter((number) => number !== 70));
    const first = (await invoke()).continuity;
    expect(first.observed).toMatchObject({ missing: 1, segments: 1_149 });
    expect(requests(first)).toBeGreaterThan(1);

    await put([1_150, 1_152]);
    const second = (await invoke()).continuity;
    expect(second.observed).toMatchObject({ missing: 2, segments: 1_151 });
    // One for news, one for the hole that was known.
    expect(requests(second)).toBe(2);

    await put([1_151, 70]);
    expect((await invoke()).continuity).toMatchObject({ verdict: 'pass' });
    expect(requests((await invoke()).continuity)).toBe(1);

    await stage.put(bucket, `${FOLDER}00000002.history`, '1\t4/80000028\tx\n');
    await put([1_152, 1_153, 1_154], 2);
    const third = (await invoke()).continuity;
    expect(third).toMatchObject({ verdict: 'pass', observed: { newest: name(1_154, 2, '') } });
    expect(requests(third)).toBe(1);
    expect(requests((await invoke()).continuity)).toBe(2);

    // A hole far below the newest is nobody's news: it is seen when the whole archive is read again.
    await stage.remove(bucket, FOLDER + name(40));
    expect((await invoke()).continuity.verdict).toBe('pass');
    const scannedAt = new Date(Date.now() - 24 * 3_600_000).toISOString();
    await changeMemory({ scannedAt });
    expect((await invoke()).continuity.observed).toMatchObject({ missing: 1 });

    await stage.remove(bucket, FOLDER + name(50));
    expect((await invoke()).continuity.observed).toMatchObject({ missing: 1 });
    expect((await invoke({ rescan: true })).continuity.observed).toMatchObject({ missing: 2 });

    await stage.remove(bucket, FOLDER + name(60));
    await changeMemory({ place: 's3://elsewhere/' });
    expect((await invoke()).continuity.observed).toMatchObject({ missing: 3 });
  });

  it('starts afresh from a damaged memory', async () => {
    await archive(name(1), name(3));
    await invoke();
    expect(await readMemory()).toMatchObject({ timelines: [{ timeline: 1 }] });
    const damaged = JSON.stringify({ ...(await readMemory()), labels: [{ name: 'x', at: 0 }] });
    for (const damage of ['{', '{}', damaged]) {
      await writeMemory(damage);
      expect((await invoke()).continuity.observed).toMatchObject({ missing: 1 });
      expect(await readMemory()).toMatchObject({ timelines: [{ timeline: 1 }], labels: [] });
    }
  });

  it('refuses an invocation that it does not understand, by the field', async () => {
    await expect(handler({ polcy: 'wal' }, lambdaContext())).rejects.toThrow(/polcy/);
    await expect(handler({ policy: 'full' }, lambdaContext())).rejects.toThrow(
      'the plan has no WAL archive "full"; it has wal',
    );
  });

  describe('where the archive cannot be listed', () => {
    let server: Server | undefined;
    const answerWith = async (answer: (response: ServerResponse) => void): Promise<void> => {
      server = createServer((_, response) => answer(response));
      const listening = server;
      await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
      const { port } = listening.address() as AddressInfo;
      await load({ ...stage.environment, AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${port}` });
    };
    afterEach(() => {
      server?.closeAllConnections();
      server?.close();
      server = undefined;
    });
    const error = (status: number, code: string) => (response: ServerResponse) => {
      response.writeHead(status, { 'content-type': 'application/xml' });
      response.end(`<Error><Code>${code}</Code><Message>said the server</Message></Error>`);
    };

    it('says so of a bucket that is not there, and checks the others', async () => {
      const other = `  other: { kind: wal, location: "s3://${bucket}-gone/wal/" }`;
      stage = await prepareFunction('check-wal', planFor(bucket, other));
      await load(stage.environment);
      await archive(name(1));
      await handler({}, lambdaContext());
      const reports = (await stage.reports()).map(({ data }) => data);
      const verdicts = reports.map(({ subject, verdict, reason }) => [subject.id, verdict, reason]);
      expect(verdicts.filter(([id]) => id === 'other')).toEqual(
        Array.from({ length: 5 }, () => ['other', 'unknown', 'not-found']),
      );
      expect(verdicts.filter(([id, verdict]) => id === 'wal' && verdict === 'pass')).toHaveLength(
        3,
      );
    });

    it.each([
      [403, 'AccessDenied', 'access-denied'],
      [503, 'ServiceUnavailable', 'unavailable'],
      [503, 'SlowDown', 'throttled'],
      [404, 'NoSuchBucket', 'not-found'],
    ])('says why: %d %s', async (status, code, reason) => {
      await answerWith(error(status, code));
      const { continuity, freshness, size, content } = await invoke();
      for (const report of [continuity, freshness, size, content]) {
        expect(report).toMatchObject({ verdict: 'unknown', reason });
        expect(report.summary).toContain(`s3://${bucket}/${FOLDER} could not be listed`);
      }
    });

    it('stops waiting for one that hangs, in time to say so', async () => {
      await answerWith(() => {});
      const started = Date.now();
      const { continuity } = await invoke({}, 22_000);
      expect(continuity).toMatchObject({ verdict: 'unknown', reason: 'timeout' });
      expect(Date.now() - started).toBeLessThan(16_000);
    });
  });
});
