import { CopyObjectCommand } from '@aws-sdk/client-s3';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { DAY_MS, HOUR_MS, prepareCheckBackups } from '../support/check-backups-stage.ts';

const segment = (number: number): string =>
  `00000001000000000000${number.toString(16).toUpperCase().padStart(4, '0')}`;

const prepare = async () => {
  const stage = await prepareCheckBackups(
    ({ bucket, dr }) => `
  wal:
    kind: wal
    location: s3://${bucket}/wal +ö/
    fresh: { within: 20m }
    retain: 7d
    encrypted-at-rest: true
    copies: [{ location: "s3://${dr}/wal +ö/", within: 10m }]
`,
  );
  const archive = async (number: number, ageMs: number, copied = true): Promise<void> => {
    const key = `wal +ö/${segment(number)}`;
    await stage.put(key, ageMs, `segment ${number}`, { ServerSideEncryption: 'AES256' });
    if (!copied) return;
    const CopySource = `${stage.bucket}/${encodeURIComponent(key)}`;
    await stage.clients.s3.send(new CopyObjectCommand({ Bucket: stage.dr, Key: key, CopySource }));
  };
  const requests = async () => {
    const answer = await stage.answer({});
    await stage.reports();
    return answer;
  };
  return { ...stage, archive, requests };
};

describe('check-backups, of a WAL archive', () => {
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  it('looks at its ends in five requests, and leaves its age to check-wal', async () => {
    const stage = await prepare();
    for (const number of [1, 2, 3, 4]) await stage.archive(number, (5 - number) * HOUR_MS);
    await stage.put('wal +ö/00000002.history', HOUR_MS, '1\t0/1\tx');
    await stage.put(`wal +ö/${segment(5)}.partial`, HOUR_MS);
    const first = await stage.run();
    expect(first.reports.map(({ check, verdict }) => [check, verdict])).toEqual([
      ['backup-retention', 'pass'],
      ['backup-encryption', 'pass'],
      ['backup-copy', 'fail'],
    ]);
    expect(first.find('backup-copy')).toMatchObject({
      reason: 'missing',
      severity: 'warning',
      summary: expect.stringContaining('00000002.history'),
    });
    await stage.clients.s3.send(
      new CopyObjectCommand({
        Bucket: stage.dr,
        Key: 'wal +ö/00000002.history',
        CopySource: encodeURI(`${stage.bucket}/wal +ö/00000002.history`),
      }),
    );
    expect((await stage.run()).find('backup-copy')).toMatchObject({ verdict: 'pass' });
    expect(await stage.requests()).toMatchObject({ requests: { list: 4, head: 1 } });
    expect(await stage.commands()).toEqual([]);
  });

  it('follows what is archived, names what is not copied, and sees it come', async () => {
    const stage = await prepare();
    await stage.archive(1, 3 * HOUR_MS);
    expect((await stage.run()).find('backup-copy').verdict).toBe('pass');
    await stage.archive(2, 2 * HOUR_MS, false);
    await stage.archive(3, HOUR_MS);
    await stage.archive(4, 0, false);
    const missing = (await stage.run()).find('backup-copy');
    expect(missing).toMatchObject({
      verdict: 'fail',
      severity: 'warning',
      reason: 'missing',
      summary: expect.stringContaining(segment(2)),
    });
    expect(missing.summary).not.toContain(segment(4));
    await stage.archive(2, 2 * HOUR_MS);
    await stage.archive(4, HOUR_MS);
    expect((await stage.run()).find('backup-copy')).toMatchObject({
      verdict: 'pass',
      summary: expect.stringContaining(`up to ${segment(4)}`),
    });
    await stage.put(`wal +ö/${segment(5)}`, HOUR_MS, 'segment 5');
    await stage.clients.s3.send(
      new CopyObjectCommand({
        Bucket: stage.dr,
        Key: `wal +ö/${segment(5)}`,
        CopySource: encodeURI(`${stage.bucket}/wal +ö/${segment(4)}`),
      }),
    );
    const after = await stage.run();
    expect(after.find('backup-copy')).toMatchObject({ verdict: 'fail', reason: 'differs' });
    expect(after.find('backup-encryption')).toMatchObject({
      verdict: 'fail',
      reason: 'not-encrypted',
    });
  });

  it('notices that WAL is deleted early, or too late', async () => {
    const stage = await prepare();
    for (const number of [1, 2, 3]) await stage.archive(number, (4 - number) * DAY_MS);
    expect((await stage.run()).find('backup-retention')).toMatchObject({ reason: 'young' });
    await stage.remove(stage.bucket, `wal +ö/${segment(1)}`);
    expect((await stage.run()).find('backup-retention')).toMatchObject({
      verdict: 'fail',
      reason: 'deleted-early',
      summary: expect.stringContaining(segment(1)),
    });
    await stage.archive(1, 20 * DAY_MS);
    expect((await stage.run()).find('backup-retention')).toMatchObject({
      verdict: 'fail',
      severity: 'warning',
      reason: 'kept-too-long',
      summary: expect.stringContaining('20d'),
    });
  });

  it('does not stumble over a newest segment that was deleted', async () => {
    const stage = await prepare();
    for (const number of [1, 2]) await stage.archive(number, HOUR_MS);
    await stage.run();
    await stage.remove(stage.bucket, `wal +ö/${segment(2)}`);
    await stage.run();
    expect((await stage.run()).find('backup-encryption')).toMatchObject({
      verdict: 'pass',
      evidence: [{ uri: `s3://${stage.bucket}/wal +ö/${segment(1)}` }],
    });
  });

  it('says that nothing was ever there', async () => {
    const stage = await prepare();
    const { reports } = await stage.run();
    expect(reports.map(({ verdict }) => verdict)).toEqual(['unknown', 'unknown', 'unknown']);
  });
});
