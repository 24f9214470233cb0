import { createServer, request, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type CheckBackupsStage, prepareCheckBackups } from '../support/check-backups-stage.ts';

type Answer = (response: ServerResponse) => void;

const error =
  (status: number, code: string): Answer =>
  (response) => {
    response.writeHead(status, { 'content-type': 'application/xml' });
    response.end(`<Error><Code>${code}</Code><Message>said the server</Message></Error>`);
  };
const hang: Answer = () => {};

/** S3 as it is, but for the buckets that the test says; their names are the first part of the path. */
const createTroubledS3 = async (
  endpoint: string,
  answerFor: (bucket: string) => Answer | undefined,
) => {
  const server: Server = createServer((incoming, response) => {
    const [, bucket = ''] = (incoming.url ?? '').split(/[/?]/);
    const answer = answerFor(bucket);
    if (answer !== undefined) return answer(response);
    const { method, headers } = incoming;
    const onward = request(`${endpoint}${incoming.url}`, { method, headers }, (found) => {
      response.writeHead(found.statusCode ?? 500, found.headers);
      found.pipe(response);
    });
    incoming.pipe(onward);
    return undefined;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const stop = () => {
    server.closeAllConnections();
    server.close();
  };
  return { url: `http://127.0.0.1:${port}`, stop };
};

describe('check-backups, of what cannot be looked at', () => {
  let stop: (() => void) | undefined;
  let stage: CheckBackupsStage;
  afterEach(() => {
    stop?.();
    vi.unstubAllEnvs();
  });

  const prepare = async (
    answerFor: (names: {
      bucket: string;
      dr: string;
      ledger: string;
    }) => (bucket: string) => Answer | undefined,
  ) => {
    stage = await prepareCheckBackups(
      ({ bucket, dr }) => `
  good: { kind: pg-dump, location: "s3://${bucket}/good/", schedule: daily, retain: 30d, encrypted-at-rest: AES256 }
  bad:
    kind: pg-dump
    location: s3://${dr}/bad/
    schedule: daily
    retain: 30d
    encrypted-at-rest: true
    storage-class: STANDARD
    versioning: true
    lifecycle: { expire-after: 30d }
    replication: s3://${bucket}/
    copies: [s3://${bucket}/copies/]
  wal: { kind: wal, location: "s3://${dr}/wal/", retain: 7d, encrypted-at-rest: true, copies: ["s3://${bucket}/wal/"] }
`,
    );
    const { bucket, dr, ledgerBucket: ledger } = stage;
    await stage.put('good/1.gz', 0, 'x', { ServerSideEncryption: 'AES256' });
    const troubled = await createTroubledS3(stage.endpoint, answerFor({ bucket, dr, ledger }));
    stop = troubled.stop;
    await stage.restart({ AWS_ENDPOINT_URL_S3: troubled.url });
  };
  const of = (reports: { backup?: unknown; verdict: string; reason: string }[], backup: string) =>
    reports.filter((one) => one.backup === backup).map(({ verdict, reason }) => [verdict, reason]);

  it.each([
    ['403', error(403, 'AccessDenied'), 'access-denied'],
    ['404', error(404, 'NoSuchBucket'), 'not-found'],
    ['503', error(503, 'ServiceUnavailable'), 'unavailable'],
    ['SlowDown', error(503, 'SlowDown'), 'throttled'],
    ['nothing at all', hang, 'timeout'],
  ])('says why of a bucket that answers %s, and checks the others', async (_, answer, reason) => {
    await prepare(
      ({ dr }) =>
        (bucket) =>
          bucket === dr ? answer : undefined,
    );
    const started = Date.now();
    const { reports } = await stage.run(undefined, 120_000);
    expect(Date.now() - started).toBeLessThan(45_000);
    expect(of(reports, 'bad')).toEqual(Array.from({ length: 8 }, () => ['unknown', reason]));
    expect(of(reports, 'wal')).toEqual(Array.from({ length: 3 }, () => ['unknown', reason]));
    expect(of(reports, 'good').map(([verdict]) => verdict)).toEqual(['pass', 'pass', 'pass']);
    const [report] = reports.filter((one) => one.backup === 'bad');
    expect(report?.summary).toContain(`bad: s3://${stage.dr}/bad/ could not be looked at`);
    expect(report?.action).not.toBe('');
  });

  it('says of a copy alone that it could not be looked at', async () => {
    await prepare(
      ({ bucket }) =>
        (asked) =>
          asked === bucket ? error(403, 'AccessDenied') : undefined,
    );
    await stage.clients.s3.send(
      new PutObjectCommand({ Bucket: stage.dr, Key: 'bad/1.gz', Body: 'x' }),
    );
    const { find } = await stage.run();
    expect(find('backup-copy', `bad@s3://${stage.bucket}/copies/`)).toMatchObject({
      verdict: 'unknown',
      reason: 'access-denied',
    });
    expect(find('backup-freshness', 'bad')).toMatchObject({ verdict: 'pass' });
  });

  it.each([
    ['is denied', error(403, 'AccessDenied'), 'access-denied'],
    ['hangs', hang, 'timeout'],
  ])('judges all but what it must remember where its own record %s', async (_, answer, reason) => {
    await prepare(
      ({ ledger }) =>
        (bucket) =>
          bucket === ledger ? answer : undefined,
    );
    const { find } = await stage.run(undefined, 120_000);
    expect(find('backup-freshness', 'good')).toMatchObject({ verdict: 'pass' });
    expect(find('backup-encryption', 'good')).toMatchObject({ verdict: 'pass' });
    expect(find('backup-retention', 'good')).toMatchObject({ verdict: 'unknown', reason });
    expect(await stage.commands()).toEqual([]);
  });

  it('reports what it did not reach when time is over', async () => {
    await prepare(
      ({ dr }) =>
        (bucket) =>
          bucket === dr ? hang : undefined,
    );
    const started = Date.now();
    const { reports } = await stage.run(undefined, 21_500);
    expect(Date.now() - started).toBeLessThan(8_000);
    expect(of(reports, 'bad')).toEqual(Array.from({ length: 8 }, () => ['unknown', 'out-of-time']));
    expect(of(reports, 'good').length).toBe(3);
  });
});
