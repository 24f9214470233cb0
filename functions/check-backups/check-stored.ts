import type { ListedObject } from '../../shared/object-listing/list-objects.ts';
import { formatLocation } from '../../shared/plan/location.ts';
import type { StoredBackup } from '../../shared/plan/plan.ts';
import { checkBucket } from './check-bucket.ts';
import { checkCopy } from './check-copy.ts';
import { checkNewest } from './check-newest.ts';
import {
  type Announcement,
  acceptDeleted,
  type Context,
  lookAgain,
  type PolicyResult,
} from './context.ts';
import { decideAnnouncements } from './decide-announcements.ts';
import { decideFreshness } from './decide-freshness.ts';
import { decideRetention } from './decide-retention.ts';
import { decideSeen } from './decide-seen.ts';
import { couldNotLook, type Finding, findingOf } from './finding.ts';
import { forgetGone } from './forget-gone.ts';
import { groupFolders } from './group-folders.ts';
import type { Observed, Outcome, Trouble } from './outcome.ts';
import { newestOf, type OwnObject, ownObjects } from './own-objects.ts';
import type { Seen } from './seen.ts';
import type { PolicyRecord } from './seen-ledger.ts';

const freshness = (policy: StoredBackup, own: readonly OwnObject[], context: Context): Outcome => {
  const { name, fresh, severity, schedule, location, match } = policy;
  const newestIn = (objects: readonly OwnObject[]) => {
    const found = newestOf(objects);
    const uri = `s3://${location.bucket}/${found?.key}`;
    return found && { uri, at: found.at, bytes: found.bytes };
  };
  return decideFreshness({
    name,
    fresh,
    severity,
    schedule,
    nothing: `there is no backup at all in ${formatLocation(location)}${match ?? ''}`,
    newest: newestIn(own),
    newestWithContent: newestIn(own.filter(({ bytes }) => bytes > 0)),
    count: own.length,
    action: `Take a backup now and look at the job that should have (${schedule.text}), then: ${lookAgain(context, name)}`,
    now: context.now,
  });
};

const retention = (
  policy: StoredBackup,
  own: readonly OwnObject[],
  seen: Observed<Seen>,
  context: Context,
): Finding[] => {
  const { name, retain, schedule, severity, kind, versioning } = policy;
  if (retain === undefined) return [];
  const outcome =
    'trouble' in seen
      ? couldNotLook(name, 'the own record of earlier runs', seen.trouble, 's3:GetObject')
      : decideRetention({
          name,
          retain,
          schedule,
          severity,
          listed: own,
          seen: seen.seen,
          mayOverwrite: versioning || (kind !== 'pg-dump' && kind !== 'base-backup'),
          mayDelete: versioning && kind === 'files',
          acceptWith: acceptDeleted(context, name),
          now: context.now,
        });
  return [findingOf(policy, 'backup-retention', 'retain', { region: context.region }, outcome)];
};

/** All promises that hang on a listing that could not be had. */
const unlisted = (policy: StoredBackup, trouble: Trouble, { region }: Context): Finding[] => {
  const { name, location, retain, encryptedAtRest, storageClass, copies } = policy;
  const outcome = couldNotLook(name, formatLocation(location), trouble, 's3:ListBucket');
  const find = (check: Finding['check'], promise: string, id = name) =>
    findingOf(policy, check, promise, { id, region }, outcome);
  return [
    find('backup-freshness', 'fresh'),
    ...(retain === undefined ? [] : [find('backup-retention', 'retain')]),
    ...(encryptedAtRest === false ? [] : [find('backup-encryption', 'encrypted-at-rest')]),
    ...(storageClass === undefined ? [] : [find('backup-storage-class', 'storage-class')]),
    ...copies.map((copy) =>
      find('backup-copy', 'copies', `${name}@${formatLocation(copy.location)}`),
    ),
  ];
};

type Place = { uri: string; bucket: string; own: readonly OwnObject[] };

const announce = (
  places: readonly Place[],
  { kind, rereadSeconds }: StoredBackup,
  record: PolicyRecord,
  { settleSeconds, now }: Context,
): { announcements: Announcement[]; announced: PolicyRecord['announced'] } => {
  const announcements: Announcement[] = [];
  const announced = { ...record.announced };
  for (const { uri, bucket, own } of places) {
    const backups = groupFolders(kind, own);
    const keys = new Map(backups.map(({ name, key }) => [name, key]));
    const decided = decideAnnouncements({
      listed: backups,
      previous: record.announced[uri],
      rereadSeconds,
      settleSeconds,
      now,
    });
    for (const cause of ['unannounced', 'reread'] as const) {
      for (const { name } of decided[cause]) {
        announcements.push({ bucket, key: keys.get(name) ?? name, cause });
      }
    }
    announced[uri] = decided.next;
  }
  return { announcements, announced };
};

const remember = (
  { location, retain, schedule }: StoredBackup,
  previous: Seen | undefined,
  own: readonly OwnObject[],
  listed: readonly ListedObject[],
  { acceptDeleted: accept, now }: Context,
): Seen => {
  const names = new Set(own.map(({ name }) => name));
  const others = listed
    .map(({ key }) => key.slice(location.prefix.length))
    .filter((name) => !names.has(name));
  return decideSeen({
    previous: accept ? forgetGone(previous) : previous,
    listed: own,
    others: new Set(others),
    retain,
    everySeconds: schedule.everySeconds,
    now,
  });
};

/**
 * Looks at every promise about one backup in S3 that is no WAL archive. Sends and stores nothing: what is
 * to be sent and remembered is in the result.
 */
export const checkStored = async (
  policy: StoredBackup,
  remembered: Observed<PolicyRecord>,
  context: Context,
): Promise<PolicyResult> => {
  const { location, copies } = policy;
  const listing = await context.objects.list(location);
  const bucket = await checkBucket(policy, context);
  if ('trouble' in listing) {
    return {
      findings: [...unlisted(policy, listing.trouble, context), ...bucket],
      announcements: [],
    };
  }
  const own = ownObjects(context.plan, policy, location, listing.seen);
  const backups = groupFolders(policy.kind, own);
  const record = 'seen' in remembered ? remembered.seen : undefined;
  const seen: Observed<Seen> =
    'seen' in remembered
      ? { seen: remember(policy, remembered.seen.seen, backups, listing.seen, context) }
      : remembered;
  const place = { region: context.region };
  const findings = [
    findingOf(policy, 'backup-freshness', 'fresh', place, freshness(policy, backups, context)),
    ...retention(policy, backups, seen, context),
    ...(await checkNewest(policy, newestOf(own), context)),
  ];
  const places: Place[] = [{ uri: formatLocation(location), bucket: location.bucket, own }];
  const compared: PolicyRecord['compared'] = {};
  for (const copy of copies) {
    const uri = formatLocation(copy.location);
    const result = await checkCopy(policy, copy, own, record?.compared[uri] ?? {}, context);
    findings.push(result.finding);
    compared[uri] = result.compared;
    if (result.held) places.push({ uri, bucket: copy.location.bucket, own: result.held });
  }
  findings.push(...bucket);
  if (record === undefined || 'trouble' in seen) return { findings, announcements: [] };
  const { announcements, announced } = announce(places, policy, record, context);
  const next = { ...record, seen: seen.seen, compared, announced };
  return { findings, announcements, next };
};
