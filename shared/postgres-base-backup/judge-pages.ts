import { DamageError, NotJudgedError } from '../backup-encoding/damage-error.ts';
import { PAGE_BYTES } from './page-checksum.ts';
import type { PageFault, PageTally, Suspect } from './page-tally.ts';
import { ProblemList } from './problem-list.ts';
import { SEGMENT_BLOCKS } from './relation-pages.ts';

/** What tells a broken page from one that was written to while it was copied. */
export type PageContext = {
  hasDataChecksums: boolean;
  blockSize: number;
  segmentBlocks: number;
  isCold: boolean;
  isByPgBasebackup: boolean;
  /** WAL mends every page that was changed since. */
  startLsn?: bigint;
  /** No page of the backup can be newer. */
  stopLsn?: bigint;
  unlogged: ReadonlySet<string>;
};

const WORDS: Record<PageFault, string> = {
  header: 'an impossible header',
  checksum: 'a wrong checksum',
  unsummed: 'no checksum',
  blank: 'no bounds, but content',
};

const faultsThatCount = ({ hasDataChecksums, isCold }: PageContext): Set<PageFault> =>
  new Set([
    'header',
    ...(hasDataChecksums ? (['checksum', 'unsummed'] as const) : []),
    // A page that is being added to a file may be seen half written, with an LSN of zero.
    ...(isCold ? (['blank'] as const) : []),
  ]);

const isGuilty = (suspect: Suspect, context: PageContext): boolean => {
  const { relation, lsn } = suspect;
  const { isCold, startLsn, stopLsn } = context;
  const isUnlogged =
    relation.fork !== 'init' && context.unlogged.has(`${relation.folder}/${relation.node}`);
  // The block's number is a part of its checksum.
  const isNumbered = context.segmentBlocks === SEGMENT_BLOCKS || relation.segment === 0;
  if (isUnlogged || !(isNumbered || suspect.fault === 'header')) return false;
  if (isCold) return true;
  if (startLsn === undefined) return false;
  return lsn < startLsn || (stopLsn !== undefined && lsn > stopLsn);
};

/**
 * Judges the pages that PostgreSQL would refuse. As in pg_basebackup a page that was changed since the
 * backup began is not accused: recovery writes it anew.
 *
 * @returns of how many pages the checksum was verified.
 * @throws {DamageError} `corrupt`.
 * @throws {NotJudgedError} where another program copied them, which may have met a page half written.
 */
export const judgePages = (tally: PageTally, context: PageContext): number => {
  if (context.blockSize !== PAGE_BYTES) return 0;
  const counted = faultsThatCount(context);
  const guilty = new ProblemList();
  for (const suspect of tally.suspects) {
    if (!counted.has(suspect.fault) || !isGuilty(suspect, context)) continue;
    guilty.add(`block ${suspect.block} of ${suspect.path} has ${WORDS[suspect.fault]}`);
  }
  if (guilty.count === 0) {
    const { header, checksum, unsummed, blank } = tally.counts;
    const bad = header + checksum + unsummed + blank;
    return context.hasDataChecksums ? tally.pages - tally.emptyPages - bad : 0;
  }
  if (context.isCold || context.isByPgBasebackup) throw new DamageError('corrupt', `${guilty}`);
  throw new NotJudgedError(
    'content-not-recognised',
    `${guilty}: broken, or written to while it was copied, which recovery mends`,
  );
};
