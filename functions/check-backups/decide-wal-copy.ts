import { formatDuration } from '../../shared/plan/duration.ts';
import type { Severity } from '../../shared/plan/plan.ts';
import { isoMinute } from './calendar.ts';
import type { Outcome } from './outcome.ts';
import type { WalCopySeen, WalFile } from './wal-seen.ts';

/** Files after the cursor, in the order of names, and whether the listing ended there. */
type Stretch = { files: readonly WalFile[]; more: boolean };

export type Comparison = {
  /** Pairs of one size whose ETags differ: their checksums must be asked for. */
  open: WalFile[];
  missing: WalFile[];
  /** Of another size. */
  differs: WalFile[];
  same: number;
  /** Compared up to here; later files were not listed, or are not due. */
  cursor?: string;
  /** The first original that is not due yet. */
  waiting?: WalFile;
};

/**
 * Compares what the archive and its copy hold after the cursor. It ends before the first file whose copy is
 * not due yet, and where either listing ended.
 */
export const compareStretch = (
  cursor: string | undefined,
  originals: Stretch,
  copies: Stretch,
  withinSeconds: number,
  now: Date,
): Comparison => {
  const held = new Map(copies.files.map((file) => [file.name, file]));
  const lastCopy = copies.files.at(-1)?.name;
  const result: Comparison = { open: [], missing: [], differs: [], same: 0, cursor };
  for (const original of originals.files) {
    if (copies.more && (lastCopy === undefined || original.name > lastCopy)) break;
    const copy = held.get(original.name);
    const isDue = Date.parse(original.at) + withinSeconds * 1_000 <= now.getTime();
    if (copy === undefined && !isDue) {
      result.waiting = original;
      break;
    }
    if (copy === undefined) result.missing.push(original);
    else if (copy.bytes !== original.bytes) result.differs.push(original);
    else if (copy.etag !== original.etag) result.open.push(original);
    else result.same += 1;
    result.cursor = original.name;
  }
  return result;
};

export type WalCopyInput = {
  name: string;
  place: string;
  withinSeconds: number;
  severity: Severity;
  seen: WalCopySeen;
  /** The copy holds no file at all. */
  isEmpty: boolean;
  waiting?: WalFile;
  now: Date;
};

const NAMED = 5;

const some = (files: readonly WalFile[]): string => {
  const rest = files.length - NAMED;
  const names = files.slice(0, NAMED).map(({ name }) => name);
  return `${names.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
};

/** Judges the copy of a WAL archive by all files that were compared since it is watched. */
export const decideWalCopy = (input: WalCopyInput): Outcome => {
  const { name, place, withinSeconds, severity, seen, isEmpty, waiting } = input;
  const by = (state: string) => seen.suspects.filter((suspect) => suspect.state === state);
  const [missing, differs, dark] = [by('missing'), by('differs'), by('dark')];
  const said = {
    expected: { copyOf: 'every file of the archive', within: formatDuration(withinSeconds) },
    observed: {
      comparedUpTo: seen.cursor ?? 'nothing',
      missing: missing.length,
      differs: differs.length,
      notComparable: dark.length,
    },
    measurements: [{ name: 'missing', value: missing.length, unit: 'files' }],
    evidence: [{ uri: place }],
  };
  if (differs.length > 0) {
    const also = missing.length === 0 ? '' : `; ${missing.length} missing: ${some(missing)}`;
    return {
      ...said,
      verdict: 'fail',
      severity,
      reason: 'differs',
      summary: `${name}: ${differs.length} files in ${place} are not the same as in the archive: ${some(differs)}${also}`,
      action: 'Copy them again from the archive, after check-wal found it whole.',
    };
  }
  if (missing.length > 0) {
    return {
      ...said,
      verdict: 'fail',
      severity: isEmpty ? severity : 'warning',
      reason: 'missing',
      summary: isEmpty
        ? `${name}: nothing is copied to ${place}: ${some(missing)}`
        : `${name}: ${missing.length} files of the archive are missing in ${place}: ${some(missing)}`,
      action: `Copy again (aws s3 sync), and find out why the copy to ${place} failed.`,
    };
  }
  if (dark.length > 0) {
    return {
      ...said,
      verdict: 'unknown',
      reason: 'checksum-not-comparable',
      summary: `${name}: ${dark.length} files in ${place} have the right size, but no checksum that can be compared: ${some(dark)}`,
      action:
        'Copy with a checksum of the whole object (aws s3 cp --checksum-algorithm CRC64NVME) on both sides.',
    };
  }
  const due = waiting && Date.parse(waiting.at) + withinSeconds * 1_000;
  const waits = due === undefined ? '' : `; the next is due by ${isoMinute(due)}`;
  if (seen.cursor === undefined) {
    const summary = `${name}: there is nothing in ${place} yet${waits || ', nor in the archive'}`;
    const reason = waiting === undefined ? 'nothing-to-copy' : 'not-due-yet';
    return { ...said, verdict: 'unknown', reason, summary };
  }
  return {
    ...said,
    verdict: 'pass',
    reason: 'copied',
    summary: `${name}: ${place} holds every file up to ${seen.cursor} with the same size and checksum${waits}`,
  };
};
