import { formatAge, formatDuration } from '../../shared/plan/duration.ts';
import type { Severity } from '../../shared/plan/plan.ts';
import { isoMinute } from './calendar.ts';
import type { DigestVerdict } from './decide-digest.ts';
import type { Outcome } from './outcome.ts';
import type { Generation } from './seen.ts';
import { earliest } from './time-bounds.ts';

export type CopyInput = {
  name: string;
  /** The copy's location, as the plan writes it. */
  place: string;
  withinSeconds: number;
  severity: Severity;
  onDemand: boolean;
  /** Originals that the plan still keeps. */
  originals: readonly Generation[];
  copies: ReadonlyMap<string, Generation>;
  /** For the names whose size is equal and whose ETag is not: what their checksums say. */
  digests: ReadonlyMap<string, DigestVerdict | 'not-yet'>;
  now: Date;
};

/** Pairs that sizes and ETags cannot settle: their checksums must be asked for. Newest first. */
export const pairsToCompare = (
  originals: readonly Generation[],
  copies: ReadonlyMap<string, Generation>,
): { original: Generation; copy: Generation }[] =>
  originals
    .flatMap((original) => {
      const copy = copies.get(original.name);
      const open =
        copy !== undefined && copy.bytes === original.bytes && copy.etag !== original.etag;
      return open ? [{ original, copy }] : [];
    })
    .sort((a, b) => b.original.at.getTime() - a.original.at.getTime());

type State = 'same' | 'missing' | 'not-due' | 'differs' | 'not-comparable' | 'not-yet';

const stateOf = (original: Generation, input: CopyInput): State => {
  const copy = input.copies.get(original.name);
  const due = original.at.getTime() + input.withinSeconds * 1_000;
  const isDue = due <= input.now.getTime();
  if (copy === undefined) return isDue ? 'missing' : 'not-due';
  if (copy.bytes === original.bytes) {
    if (copy.etag === original.etag) return 'same';
    const digest = input.digests.get(original.name) ?? 'not-yet';
    // An original that was written anew may still wait for its copy.
    return digest === 'differs' && !isDue ? 'not-due' : digest;
  }
  return isDue ? 'differs' : 'not-due';
};

type Judged = { original: Generation; state: State };

const NAMED = 5;

const some = (judged: readonly Judged[]): string => {
  const rest = judged.length - NAMED;
  const names = judged.slice(0, NAMED).map(({ original }) => original.name);
  return `${names.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
};

const lagSeconds = ({ originals, copies }: CopyInput): number | undefined => {
  const [newest] = originals
    .filter(({ name }) => copies.has(name))
    .sort((a, b) => b.at.getTime() - a.at.getTime());
  const copy = newest && copies.get(newest.name);
  return newest && copy && Math.max(0, (copy.at.getTime() - newest.at.getTime()) / 1_000);
};

type Fault = { reason: string; severity: Severity; summary: string; action: string };

const different = (input: CopyInput, differs: readonly Judged[], missing: readonly Judged[]) => {
  const { name, place, originals } = input;
  const verb = missing.length === 1 ? 'is' : 'are';
  const also = missing.length === 0 ? '' : `; ${missing.length} ${verb} missing: ${some(missing)}`;
  const too = missing.length === 0 ? '' : ' Copy what is missing, too (aws s3 sync).';
  return {
    reason: 'differs',
    summary: `${name}: ${differs.length} of ${originals.length} copies in ${place} are not the same as their originals: ${some(differs)}${also}`,
    action: `Verify both objects with verify-backup, keep the one that is whole, and copy it again.${too}`,
  };
};

const failure = (input: CopyInput, judged: readonly Judged[]): Fault | undefined => {
  const { name, place, severity, originals } = input;
  const by = (state: State): Judged[] => judged.filter((one) => one.state === state);
  const differs = by('differs');
  const missing = by('missing');
  const due = judged.length - by('not-due').length;
  const isNoneRight = differs.length + missing.length === due;
  if (differs.length > 0) {
    const isLoud = isNoneRight || judged[0]?.state === 'differs';
    const said = different(input, differs, missing);
    return { ...said, severity: isLoud ? severity : 'warning' };
  }
  if (missing.length === 0) return undefined;
  const action = `Copy again (aws s3 sync), and find out why the copy to ${place} failed.`;
  if (isNoneRight) {
    const summary = `${name}: nothing is copied to ${place}: ${some(missing)}`;
    return { reason: 'missing', severity, summary, action };
  }
  const summary = `${name}: ${missing.length} of ${originals.length} copies are missing in ${place}: ${some(missing)}`;
  return { reason: 'missing', severity: 'warning', summary, action };
};

const doubt = (input: CopyInput, judged: readonly Judged[]) => {
  const { name, place, originals, withinSeconds } = input;
  const dark = judged.filter(({ state }) => state === 'not-comparable');
  if (dark.length > 0) {
    return {
      reason: 'checksum-not-comparable',
      summary: `${name}: ${dark.length} of ${originals.length} copies in ${place} have the right size, but no checksum that can be compared: ${some(dark)}`,
      action:
        'Copy with a checksum of the whole object (aws s3 cp --checksum-algorithm CRC64NVME) on both sides. verify-backup reads the original and the copy, each by itself; nothing compares the two.',
    };
  }
  const open = judged.filter(({ state }) => state === 'not-yet');
  if (open.length > 0) {
    return {
      reason: 'comparing',
      summary: `${name}: ${open.length} of ${originals.length} copies in ${place} have the right size, their checksums are still to be compared`,
      action: 'Nothing: the next runs compare the rest.',
    };
  }
  if (judged.some(({ state }) => state === 'same')) return undefined;
  const due = earliest(originals.map(({ at }) => at.getTime())) + withinSeconds * 1_000;
  return {
    reason: 'not-due-yet',
    summary: `${name}: nothing is copied to ${place} yet; the first copy is due by ${isoMinute(due)}`,
    action: '',
  };
};

/**
 * Judges one copy location: every original has a copy of its size and checksum there, unless it is younger
 * than the copy may take. A single copy missing or wrong is a warning; none at all, or a wrong newest one,
 * is as loud as the backup itself.
 */
export const decideCopy = (input: CopyInput): Outcome => {
  const { name, place, withinSeconds, originals, copies, onDemand } = input;
  const judged = originals
    .map((original) => ({ original, state: stateOf(original, input) }))
    .sort((a, b) => b.original.at.getTime() - a.original.at.getTime());
  const lag = lagSeconds(input);
  const counts = Object.groupBy(judged, ({ state }) => state);
  const same = counts.same?.length ?? 0;
  const said = {
    expected: { copyOf: 'every backup that is kept', within: formatDuration(withinSeconds) },
    observed: {
      originals: originals.length,
      copies: copies.size,
      ...Object.fromEntries(Object.entries(counts).map(([state, all]) => [state, all.length])),
    },
    measurements: [
      { name: 'originals', value: originals.length, unit: 'backups' },
      { name: 'same', value: same, unit: 'backups' },
      ...(lag === undefined ? [] : [{ name: 'lag', value: lag, unit: 'seconds' }]),
    ],
    evidence: [{ uri: place }],
  };
  if (originals.length === 0) {
    const held = copies.size > 0 ? `; ${place} still holds ${copies.size}` : '';
    return {
      ...said,
      verdict: onDemand ? 'pass' : 'unknown',
      reason: onDemand ? 'nothing-promised' : 'nothing-to-copy',
      summary: `${name}: there is no backup to copy to ${place}${held}`,
    };
  }
  const wrong = failure(input, judged);
  if (wrong !== undefined) return { ...said, verdict: 'fail', ...wrong };
  const unsure = doubt(input, judged);
  if (unsure !== undefined) return { ...said, verdict: 'unknown', ...unsure };
  const [newest] = judged;
  const waits =
    newest?.state === 'not-due'
      ? `; the newest is due by ${isoMinute(newest.original.at.getTime() + withinSeconds * 1_000)}`
      : '';
  const took = lag === undefined ? '' : `, the newest ${formatAge(lag)} after its original`;
  return {
    ...said,
    verdict: 'pass',
    reason: 'copied',
    summary: `${name}: ${same} of ${originals.length} backups are in ${place} with the same size and checksum${took}${waits}`,
  };
};
