import { copyAllowance } from '../../shared/plan/copy-allowance.ts';
import { formatLocation, type Location } from '../../shared/plan/location.ts';
import type { StoredBackup } from '../../shared/plan/plan.ts';
import type { Context } from './context.ts';
import { decideDigest } from './decide-digest.ts';
import { compareStretch, decideWalCopy } from './decide-wal-copy.ts';
import { couldNotLook, type Finding, findingOf } from './finding.ts';
import type { Observed } from './outcome.ts';
import { longestSeconds } from './retention-bounds.ts';
import { mustBeCopied, TAIL_PAGES, walFile } from './wal-file.ts';
import type { WalCopySeen, WalFile } from './wal-seen.ts';

type Suspect = WalCopySeen['suspects'][number];

/** Two HEAD requests each; the others wait for the next runs. */
const LOOKS_PER_RUN = 25;
/** More missing files than this say nothing new; those left out are found by a comparison by hand. */
const MAX_SUSPECTS = 500;

/** What became of a file whose copy was not right. `undefined`: it is right, or needs none any more. */
const lookAgain = async (
  { location }: StoredBackup,
  copy: Location,
  file: WalFile,
  { objects }: Context,
): Promise<Observed<Suspect | undefined>> => {
  const other = await objects.head(copy.bucket, `${copy.prefix}${file.name}`);
  if ('trouble' in other && other.trouble.reason !== 'not-found') return other;
  const original = await objects.head(location.bucket, `${location.prefix}${file.name}`);
  if ('trouble' in original) {
    return original.trouble.reason === 'not-found' ? { seen: undefined } : original;
  }
  if ('trouble' in other) return { seen: { ...file, state: 'missing' } };
  const digest = decideDigest(original.seen, other.seen);
  if (digest === 'same') return { seen: undefined };
  return { seen: { ...file, state: digest === 'differs' ? 'differs' : 'dark' } };
};

/** Looks at some of the suspects and puts them behind those that wait. */
const lookAtSuspects = async (
  policy: StoredBackup,
  copy: Location,
  suspects: readonly Suspect[],
  context: Context,
): Promise<Observed<Suspect[]>> => {
  const later = suspects.slice(LOOKS_PER_RUN);
  const still: Suspect[] = [];
  for (const { state: _, ...file } of suspects.slice(0, LOOKS_PER_RUN)) {
    const found = await lookAgain(policy, copy, file, context);
    if ('trouble' in found) return found;
    if (found.seen !== undefined) still.push(found.seen);
  }
  return { seen: [...later, ...still].slice(-MAX_SUSPECTS) };
};

const stretch = async (
  location: Location,
  cursor: string | undefined,
  { objects }: Context,
): Promise<Observed<{ files: WalFile[]; more: boolean }>> => {
  const after = cursor === undefined ? undefined : `${location.prefix}${cursor}`;
  const found = await objects.pages(location, TAIL_PAGES, after);
  if ('trouble' in found) return found;
  const files = found.seen.objects.map((object) => walFile(location, object)).filter(mustBeCopied);
  return { seen: { files, more: found.seen.more } };
};

export type WalCopyResult = { finding: Finding; seen: WalCopySeen };

/**
 * Looks at one copy of a WAL archive: what is new since the last run, and what was wrong then. Two LIST
 * requests when all is well.
 */
export const checkWalCopy = async (
  policy: StoredBackup,
  copy: StoredBackup['copies'][number],
  known: WalCopySeen = { suspects: [] },
  context: Context,
): Promise<WalCopyResult> => {
  const { name, retain, severity, location } = policy;
  const { now, region, stage } = context;
  const withinSeconds = copyAllowance(copy, stage);
  const place = formatLocation(copy.location);
  const subject = { id: `${name}@${place}`, region };
  const find = (outcome: Finding['outcome']) =>
    findingOf(policy, 'backup-copy', 'copies', subject, outcome);
  const unseen = (trouble: Parameters<typeof couldNotLook>[2]): WalCopyResult => ({
    finding: find(
      couldNotLook(name, `the copy in ${place}`, trouble, 's3:ListBucket and s3:GetObject'),
    ),
    seen: known,
  });
  const originals = await stretch(location, known.cursor, context);
  if ('trouble' in originals) return unseen(originals.trouble);
  const copies = await stretch(copy.location, known.cursor, context);
  if ('trouble' in copies) return unseen(copies.trouble);
  const compared = compareStretch(known.cursor, originals.seen, copies.seen, withinSeconds, now);
  const keptSeconds = retain === undefined ? Number.POSITIVE_INFINITY : longestSeconds(retain);
  const added = [
    ...compared.open.map((file) => ({ ...file, state: 'dark' as const })),
    ...compared.differs.map((file) => ({ ...file, state: 'differs' as const })),
    ...compared.missing.map((file) => ({ ...file, state: 'missing' as const })),
  ];
  const standing = [...known.suspects, ...added].filter(
    ({ at }) => Date.parse(at) + keptSeconds * 1_000 > now.getTime(),
  );
  const suspects = await lookAtSuspects(policy, copy.location, standing, context);
  if ('trouble' in suspects) return unseen(suspects.trouble);
  const seen = { cursor: compared.cursor, suspects: suspects.seen };
  const isAnyMissing = seen.suspects.some(({ state }) => state === 'missing');
  const first = isAnyMissing ? await context.objects.pages(copy.location, 1) : undefined;
  const isEmpty = first !== undefined && 'seen' in first && first.seen.objects.length === 0;
  const { waiting } = compared;
  const outcome = decideWalCopy({
    name,
    place,
    withinSeconds,
    severity,
    seen,
    isEmpty,
    waiting,
    now,
  });
  return { finding: find(outcome), seen };
};
