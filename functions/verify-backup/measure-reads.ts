import { describeAwsFailure } from '../../shared/aws-failure/describe-aws-failure.ts';
import { findSetFolder } from '../../shared/backup-set/set-layout.ts';
import type { Run } from '../../shared/handler/create-handler.ts';
import type { Location } from '../../shared/plan/location.ts';
import { matchBackup } from '../../shared/plan/match-backup.ts';
import type { StoredBackup } from '../../shared/plan/plan.ts';
import { decideReadShare, type ReadShare } from './decide-read-share.ts';
import { readId } from './reads-ledger.ts';
import { publishReport, type Services } from './services.ts';
import { ROOT } from './stored-folder.ts';

export const READS_CHECK = 'backup-reading';

const CONTROLS = ['SOC2:A1.3', 'ISO27001:A.8.13', 'HIPAA:164.308(a)(7)(ii)(A)'];
const DAY_MS = 86_400_000;
/** A minute of the day is left for the clock of the schedule. */
const EVERY_MS = DAY_MS - 60_000;
const RESERVE_MS = 30_000;

const measure = async (
  services: Services,
  backup: StoredBackup,
  now: Date,
  signal: AbortSignal,
): Promise<ReadShare> => {
  const read = await services.reads.readLastWeek(backup.name, now);
  const share: ReadShare = { objects: 0, bytes: 0, readObjects: 0, readBytes: 0 };
  const places: Location[] = [backup.location, ...backup.copies.map(({ location }) => location)];
  for (const { bucket, prefix } of places) {
    for await (const page of services.listObjects({ bucket, prefix, signal })) {
      for (const { key, size, etag } of page) {
        const match = matchBackup(services.plan, bucket, key);
        if (match?.backup.name !== backup.name || match.name !== key.slice(prefix.length)) continue;
        const folder = findSetFolder(backup.kind, key);
        const isRead =
          read.has(readId({ bucket, key, etag })) ||
          (folder !== undefined && read.has(readId({ bucket, key: folder || ROOT, etag: '' })));
        share.objects += 1;
        share.bytes += size;
        share.readObjects += isRead ? 1 : 0;
        share.readBytes += isRead ? size : 0;
      }
    }
  }
  return share;
};

const decide = async (
  services: Services,
  backup: StoredBackup,
  now: Date,
  signal: AbortSignal,
): Promise<ReturnType<typeof decideReadShare>> => {
  try {
    return decideReadShare(backup, await measure(services, backup, now, signal));
  } catch (error) {
    const { reason, message } = describeAwsFailure(error);
    return {
      verdict: 'unknown',
      reason: signal.aborted ? 'out-of-time' : reason,
      summary: `${backup.name}: what is kept could not be listed: ${message}`.slice(0, 1024),
      expected: {},
      observed: {},
      measurements: [],
      action: 'Allow s3:ListBucket to the role of verify-backup. It is tried again tomorrow.',
    };
  }
};

/**
 * Once a day, and for each backup: how much of what is kept was read to the last byte within a week. It
 * lists what is kept; nobody else knows both that and what was read.
 */
export const measureReads = async (services: Services, run: Run): Promise<number> => {
  const now = run.now();
  const measured = await services.reads.measured();
  const due = services.plan.backups.filter((backup) => {
    const at = Date.parse(measured[backup.name] ?? '');
    return (
      backup.store === 's3' &&
      backup.kind !== 'wal' &&
      (Number.isNaN(at) || now.getTime() - at >= EVERY_MS)
    );
  });
  const signal = AbortSignal.timeout(Math.max(0, run.remainingMs() - RESERVE_MS));
  const done: string[] = [];
  for (const backup of due) {
    if (backup.store !== 's3' || run.remainingMs() < RESERVE_MS) continue;
    const decision = await decide(services, backup, now, signal);
    const report = {
      check: READS_CHECK,
      subject: { kind: 'backup', id: backup.name, region: services.region },
      promise: `backups.${backup.name}.reread`,
      backup: backup.name,
      ...decision,
      evidence: [],
      checkedAt: now.toISOString(),
      nextCheckBy: new Date(now.getTime() + 2 * DAY_MS).toISOString(),
      controls: backup.controls.length > 0 ? backup.controls : CONTROLS,
    };
    await publishReport(services, report, run);
    done.push(backup.name);
  }
  if (done.length > 0) await services.reads.recordMeasured(done, now);
  return done.length;
};
