import type { SnapshotBackup } from '../../shared/plan/plan.ts';
import { acceptDeleted, type Context, lookAgain, type PolicyResult } from './context.ts';
import { decideFreshness } from './decide-freshness.ts';
import { decidePointInTime } from './decide-point-in-time.ts';
import { decideRetention } from './decide-retention.ts';
import { decideSeen } from './decide-seen.ts';
import {
  decideSnapshotCopy,
  decideSnapshotEncryption,
  newestReady,
  type Snapshot,
} from './decide-snapshot.ts';
import { couldNotLook, type Finding, findingOf } from './finding.ts';
import { forgetGone } from './forget-gone.ts';
import type { Observed, Outcome, Trouble } from './outcome.ts';
import type { Generation, Seen } from './seen.ts';
import type { PolicyRecord } from './seen-ledger.ts';

const service = ({ kind }: SnapshotBackup): string => (kind === 'ebs-snapshot' ? 'EBS' : 'RDS');

const permission = ({ kind }: SnapshotBackup): string =>
  kind === 'ebs-snapshot' ? 'ec2:DescribeSnapshots' : 'rds:DescribeDBSnapshots';

const what = (policy: SnapshotBackup, region: string): string =>
  `the ${service(policy)} snapshots of ${policy.source} in ${region}`;

const freshness = (
  policy: SnapshotBackup,
  snapshots: readonly Snapshot[],
  context: Context,
): Outcome => {
  const { name, fresh, severity, schedule, source } = policy;
  const newest = newestReady(snapshots);
  return decideFreshness({
    name,
    fresh,
    severity,
    schedule,
    nothing: `there is no ${service(policy)} snapshot of ${source} in ${context.region}`,
    newest: newest && { uri: newest.id, at: newest.at },
    count: snapshots.filter(({ ready }) => ready).length,
    action: `Take a snapshot of ${source} now and look at what should have (${schedule.text}), then: ${lookAgain(context, name)}`,
    now: context.now,
  });
};

const encryption = (policy: SnapshotBackup, snapshots: readonly Snapshot[]): Outcome => {
  const newest = newestReady(snapshots);
  if (newest !== undefined) return decideSnapshotEncryption(policy, newest);
  const onDemand = policy.schedule.trigger === 'on-demand';
  return {
    verdict: onDemand ? 'pass' : 'unknown',
    reason: onDemand ? 'nothing-promised' : 'nothing-seen',
    summary: `${policy.name}: there is no snapshot whose encryption could be looked at`,
    expected: { encrypted: true },
    observed: {},
  };
};

const generations = (snapshots: readonly Snapshot[]): Generation[] =>
  snapshots
    .filter(({ ready }) => ready)
    .map(({ id, at }) => ({ name: id, at, bytes: 0, etag: '' }));

const retention = (
  policy: SnapshotBackup,
  listed: readonly Generation[],
  seen: Observed<Seen>,
  context: Context,
): Finding[] => {
  const { name, retain, schedule, severity } = policy;
  if (retain === undefined) return [];
  const outcome =
    'trouble' in seen
      ? couldNotLook(name, 'the own record of earlier runs', seen.trouble, 's3:GetObject')
      : decideRetention({
          name,
          retain,
          schedule,
          severity,
          listed,
          seen: seen.seen,
          mayOverwrite: false,
          mayDelete: false,
          acceptWith: acceptDeleted(context, name),
          now: context.now,
        });
  return [findingOf(policy, 'snapshot-retention', 'retain', { region: context.region }, outcome)];
};

const checkCopies = async (policy: SnapshotBackup, context: Context): Promise<Finding[]> => {
  const findings: Finding[] = [];
  const store = policy.kind === 'ebs-snapshot' ? context.ebs : context.rds;
  for (const region of policy.copyRegions) {
    const found = await store.copies(policy.source, region);
    const outcome =
      'seen' in found
        ? decideSnapshotCopy(policy, region, found.seen, context.now)
        : couldNotLook(policy.name, what(policy, region), found.trouble, permission(policy));
    const subject = { id: `${policy.name}@${region}`, region };
    findings.push(findingOf(policy, 'snapshot-copy', 'copies', subject, outcome));
  }
  return findings;
};

const remember = (
  { retain, schedule }: SnapshotBackup,
  remembered: Observed<PolicyRecord>,
  listed: readonly Generation[],
  { acceptDeleted: accept, now }: Context,
): Observed<Seen> => {
  if ('trouble' in remembered) return remembered;
  const { seen } = remembered.seen;
  const previous = accept ? forgetGone(seen) : seen;
  const { everySeconds } = schedule;
  return { seen: decideSeen({ previous, listed, others: new Set(), retain, everySeconds, now }) };
};

/** Every promise that hangs on a list of snapshots that could not be had. */
const unlisted = (policy: SnapshotBackup, trouble: Trouble, context: Context): Finding[] => {
  const { name, retain, encryptedAtRest } = policy;
  const { region } = context;
  const outcome = couldNotLook(name, what(policy, region), trouble, permission(policy));
  const find = (check: Finding['check'], promise: string) =>
    findingOf(policy, check, promise, { region }, outcome);
  return [
    find('snapshot-freshness', 'fresh'),
    ...(retain === undefined ? [] : [find('snapshot-retention', 'retain')]),
    ...(encryptedAtRest ? [find('snapshot-encryption', 'encrypted-at-rest')] : []),
  ];
};

const checkPointInTime = async (
  policy: SnapshotBackup,
  context: Context,
): Promise<PolicyResult> => {
  const { name, source, encryptedAtRest } = policy;
  const { region, now } = context;
  const found = await context.rds.pointInTime(source);
  const trouble = 'trouble' in found ? found.trouble : undefined;
  const instance = 'seen' in found ? found.seen : undefined;
  const dark =
    trouble && couldNotLook(name, `the DB instance ${source}`, trouble, 'rds:DescribeDBInstances');
  const outcome = dark ?? decidePointInTime(policy, instance, now);
  const findings = [findingOf(policy, 'point-in-time', 'fresh', { region }, outcome)];
  if (encryptedAtRest) {
    const storage = instance && {
      id: source,
      ready: true,
      state: instance.status,
      at: now,
      encrypted: instance.encrypted,
    };
    const judged = dark ?? encryption(policy, storage === undefined ? [] : [storage]);
    findings.push(
      findingOf(policy, 'snapshot-encryption', 'encrypted-at-rest', { region }, judged),
    );
  }
  for (const copy of policy.copyRegions) {
    const copies = await context.rds.replicatedBackups(source, copy);
    const judged =
      'seen' in copies
        ? decideSnapshotCopy(policy, copy, copies.seen, now)
        : couldNotLook(
            name,
            `the backups of ${source} in ${copy}`,
            copies.trouble,
            'rds:DescribeDBInstanceAutomatedBackups',
          );
    const subject = { id: `${name}@${copy}`, region: copy };
    findings.push(findingOf(policy, 'snapshot-copy', 'copies', subject, judged));
  }
  return { findings, announcements: [] };
};

/** Looks at every promise about snapshots, or point-in-time recovery, that an AWS service keeps. */
export const checkSnapshots = async (
  policy: SnapshotBackup,
  remembered: Observed<PolicyRecord>,
  context: Context,
): Promise<PolicyResult> => {
  if (policy.kind === 'rds-point-in-time') return checkPointInTime(policy, context);
  const { source, encryptedAtRest } = policy;
  const found =
    policy.kind === 'ebs-snapshot'
      ? await context.ebs.snapshots(source)
      : await context.rds.snapshots(source);
  if ('trouble' in found) {
    const copies = await checkCopies(policy, context);
    return {
      findings: [...unlisted(policy, found.trouble, context), ...copies],
      announcements: [],
    };
  }
  const listed = generations(found.seen);
  const seen = remember(policy, remembered, listed, context);
  const place = { region: context.region };
  const find = (check: Finding['check'], promise: string, outcome: Outcome) =>
    findingOf(policy, check, promise, place, outcome);
  const findings = [
    find('snapshot-freshness', 'fresh', freshness(policy, found.seen, context)),
    ...retention(policy, listed, seen, context),
    ...(encryptedAtRest
      ? [find('snapshot-encryption', 'encrypted-at-rest', encryption(policy, found.seen))]
      : []),
    ...(await checkCopies(policy, context)),
  ];
  const next =
    'seen' in remembered && 'seen' in seen ? { ...remembered.seen, seen: seen.seen } : undefined;
  return { findings, announcements: [], next };
};
