import { formatLsn } from './lsn.ts';
import { lower } from './segment-runs.ts';
import type { SegmentWalk, WalkResult } from './segment-walk.ts';

export type WalkVerdict =
  | { verdict: 'pass'; walk: SegmentWalk }
  | { verdict: 'unknown'; reason: 'unknown-version' | 'ends-early'; detail: string }
  /** `lsn` is from where on no recovery comes; absent where not even the first page is one. */
  | { verdict: 'fail'; finding: string; detail: string; lsn?: bigint };

type Unwalked = Exclude<WalkResult, { ok: true }>['reason'];

const REASONS: Readonly<Record<Exclude<Unwalked, 'unknown-version'>, string>> = {
  'too-short': "it is shorter than a segment's header",
  'empty-page': 'it begins with zeros instead of a page header',
  'not-wal': 'it does not begin as WAL does',
  'not-a-first-page': 'it begins with a page from the middle of a segment',
  'damaged-header': 'its first page header holds values that PostgreSQL never writes',
};

/**
 * What a deep walk means. `mayEndEarly` says what the archive knows of the segment's place: `yes` for a
 * `.partial` one, `perhaps` for the newest of its timeline (somebody may have copied it from a stopped
 * server, or it may be cut; more WAL will tell), `no` for one that is followed by another.
 */
export const judgeWalk = (
  result: WalkResult,
  mayEndEarly: 'yes' | 'perhaps' | 'no',
): WalkVerdict => {
  if (!result.ok) {
    if (result.reason !== 'unknown-version') {
      return { verdict: 'fail', finding: result.reason, detail: REASONS[result.reason] };
    }
    const detail = 'its page magic is of no release that is known here';
    return { verdict: 'unknown', reason: result.reason, detail };
  }
  const { ending, end } = result.walk;
  if (!('stop' in ending) || (ending.kind === 'early' && mayEndEarly === 'yes')) {
    return { verdict: 'pass', walk: result.walk };
  }
  const { kind, detail, lsn } = ending.stop;
  // A record that began in the segment before is left out as a whole.
  const reached = lower(lsn, end);
  const where = `${detail} at ${formatLsn(lsn)}, and no recovery comes beyond ${formatLsn(reached)}`;
  return ending.kind === 'early' && mayEndEarly === 'perhaps'
    ? { verdict: 'unknown', reason: 'ends-early', detail: where }
    : { verdict: 'fail', finding: kind, detail: where, lsn };
};
