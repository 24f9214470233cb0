import { formatLocation } from '../../shared/plan/location.ts';
import type { StoredBackup } from '../../shared/plan/plan.ts';
import { checkBucket } from './check-bucket.ts';
import { checkNewest } from './check-newest.ts';
import { checkWalCopy } from './check-wal-copy.ts';
import { acceptDeleted, type Context, type PolicyResult } from './context.ts';
import { decideWalRetention, decideWalSeen } from './decide-wal-retention.ts';
import { couldNotLook, type Finding, findingOf } from './finding.ts';
import type { Observed, Trouble } from './outcome.ts';
import type { PolicyRecord } from './seen-ledger.ts';
import { isSegment, TAIL_PAGES, walFile } from './wal-file.ts';
import type { WalFile, WalSeen } from './wal-seen.ts';

type Ends = { first: WalFile[]; newest: WalSeen['newest'] };

/** The beginning of an archive in one request, and its end in one more when nothing much is new. */
const lookAtEnds = async (
  { location }: StoredBackup,
  known: WalSeen | undefined,
  { objects }: Context,
): Promise<Observed<Ends>> => {
  const head = await objects.pages(location, 1);
  if ('trouble' in head) return head;
  const first = head.seen.objects.map((object) => walFile(location, object)).filter(isSegment);
  // From just before the newest that is known, so that its own deletion is noticed.
  const after = known?.newest && `${location.prefix}${known.newest.name.slice(0, -1)}`;
  const tail =
    after === undefined && !head.seen.more
      ? head
      : await objects.pages(location, TAIL_PAGES, after ?? head.seen.objects.at(-1)?.key);
  if ('trouble' in tail) return tail;
  const newest = tail.seen.objects
    .map((object) => ({ ...walFile(location, object), storageClass: object.storageClass }))
    .findLast(isSegment);
  return { seen: { first, newest } };
};

const unlisted = (policy: StoredBackup, trouble: Trouble, { region }: Context): Finding[] => {
  const { name, location, retain, encryptedAtRest, storageClass, copies } = policy;
  const outcome = couldNotLook(name, formatLocation(location), trouble, 's3:ListBucket');
  const find = (check: Finding['check'], promise: string, id = name) =>
    findingOf(policy, check, promise, { id, region }, outcome);
  return [
    ...(retain === undefined ? [] : [find('backup-retention', 'retain')]),
    ...(encryptedAtRest === false ? [] : [find('backup-encryption', 'encrypted-at-rest')]),
    ...(storageClass === undefined ? [] : [find('backup-storage-class', 'storage-class')]),
    ...copies.map((copy) =>
      find('backup-copy', 'copies', `${name}@${formatLocation(copy.location)}`),
    ),
  ];
};

const retention = (policy: StoredBackup, seen: Observed<WalSeen>, context: Context): Finding[] => {
  const { name, retain, severity } = policy;
  if (retain === undefined) return [];
  const outcome =
    'trouble' in seen
      ? couldNotLook(name, 'the own record of earlier runs', seen.trouble, 's3:GetObject')
      : decideWalRetention({
          name,
          retain,
          severity,
          seen: seen.seen,
          acceptWith: acceptDeleted(context, name),
          now: context.now,
        });
  return [findingOf(policy, 'backup-retention', 'retain', { region: context.region }, outcome)];
};

/**
 * Looks at a WAL archive's ends: how far back it reaches, how the newest segment is stored, whether its
 * copies follow. How fresh and how whole it is, `check-wal` judges.
 */
export const checkWalArchive = async (
  policy: StoredBackup,
  remembered: Observed<PolicyRecord>,
  context: Context,
): Promise<PolicyResult> => {
  const { location, retain, copies } = policy;
  const record = 'seen' in remembered ? remembered.seen : undefined;
  const ends = await lookAtEnds(policy, record?.wal, context);
  const bucket = await checkBucket(policy, context);
  if ('trouble' in ends) {
    return { findings: [...unlisted(policy, ends.trouble, context), ...bucket], announcements: [] };
  }
  const { first, newest } = ends.seen;
  const previous = context.acceptDeleted
    ? record?.wal && { ...record.wal, lost: undefined, oldest: undefined }
    : record?.wal;
  const now = decideWalSeen(previous, first, retain, context.now);
  const seen: Observed<WalSeen> = 'trouble' in remembered ? remembered : { seen: now };
  const object = newest && { ...newest, key: `${location.prefix}${newest.name}` };
  const findings = [
    ...retention(policy, seen, context),
    ...(await checkNewest(policy, object, context)),
  ];
  const next: WalSeen = { ...now, newest, copies: {} };
  for (const copy of copies) {
    const uri = formatLocation(copy.location);
    const result = await checkWalCopy(policy, copy, now.copies[uri], context);
    findings.push(result.finding);
    next.copies[uri] = result.seen;
  }
  findings.push(...bucket);
  return { findings, announcements: [], next: record && { ...record, wal: next } };
};
