import { randomUUID } from 'node:crypto';
import { CopyObjectCommand } from '@aws-sdk/client-s3';
import { vi } from 'vitest';
import {
  type BackupVerifyRequest,
  backupVerifyRequestedSchema,
} from '../../events/backup-verify-requested/v1.ts';
import type { CheckReport } from '../../events/check-reported/v1.ts';
import { backdate } from '../../local/backdate.ts';
import { lambdaContext, prepareFunction } from './function-stage.ts';

type Handler = (event: unknown, context: ReturnType<typeof lambdaContext>) => Promise<unknown>;

export const SCHEDULED = { source: 'aws.events', 'detail-type': 'Scheduled Event', detail: {} };
export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;

/**
 * The exported handler of check-backups with its surroundings, and two buckets: one for backups and one
 * for their copies. The plan is written with their names.
 */
export const prepareCheckBackups = async (
  backups: (names: { bucket: string; dr: string }) => string,
  environment: Record<string, string> = {},
) => {
  const bucket = `backups-${randomUUID().slice(0, 12)}`;
  const dr = `${bucket}-dr`;
  const plan = (text: string) => `plan: test\nbackups:\n${text}`;
  const stage = await prepareFunction('check-backups', plan(backups({ bucket, dr })));
  await stage.createBucket(bucket);
  await stage.createBucket(dr);
  let handler: Handler;

  /** A cold start with other surroundings, and perhaps another plan. */
  const restart = async (changes: Record<string, string> = {}): Promise<void> => {
    const variables = {
      ...stage.environment,
      VERIFY_QUEUE_URL: stage.queue.url,
      SETTLE_SECONDS: '0',
      ...environment,
      ...changes,
    };
    for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
    vi.resetModules();
    ({ handler } = await import('../../functions/check-backups/handler.ts'));
  };
  await restart();

  const put = async (key: string, ageMs = 0, body = 'backup', more = {}): Promise<void> => {
    await stage.put(bucket, key, body, more);
    if (ageMs === 0) return;
    const lastModified = new Date(Date.now() - ageMs);
    await backdate(stage.endpoint, { bucket, key, lastModified });
  };

  return {
    ...stage,
    bucket,
    dr,
    restart,
    put,
    /** Puts a backup and copies it to the other bucket, under the same key. */
    putWithCopy: async (key: string, ageMs = 0, body = 'backup'): Promise<void> => {
      await put(key, ageMs, body);
      const CopySource = `${bucket}/${encodeURIComponent(key)}`;
      await stage.clients.s3.send(new CopyObjectCommand({ Bucket: dr, Key: key, CopySource }));
    },
    answer: (event: unknown, remainingMs = 60_000) => handler(event, lambdaContext(remainingMs)),
    /** Invokes and answers the reports that were published, by check and subject. */
    run: async (event: unknown = SCHEDULED, remainingMs = 60_000) => {
      await handler(event, lambdaContext(remainingMs));
      const reports = (await stage.reports()).map(({ data }) => data);
      const find = (check: string, id?: string): CheckReport => {
        const found = reports.filter(
          (one) => one.check === check && (id === undefined || one.subject.id === id),
        );
        const [report] = found;
        if (report === undefined || found.length > 1) {
          throw new Error(`${found.length} reports of ${check} ${id ?? ''}`);
        }
        return report;
      };
      return { reports, find };
    },
    /** The commands to verify that were sent since the last call. */
    commands: async (): Promise<BackupVerifyRequest[]> =>
      (await stage.drain(stage.queue)).map(
        ({ Body = '' }) => backupVerifyRequestedSchema.parse(JSON.parse(Body)).data,
      ),
  };
};

export type CheckBackupsStage = Awaited<ReturnType<typeof prepareCheckBackups>>;
