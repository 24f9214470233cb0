import type { Unfinished } from './open-record.ts';
import type { FirstPage } from './page-header.ts';
import type { WalFacts } from './wal-facts.ts';

/** What keeps a reader of WAL from going on. */
export type ProblemKind =
  /** The file ends before the segment does. */
  | 'truncated'
  /** The file is longer than one segment. */
  | 'trailing-data'
  | 'page-header'
  /** A page that the file held before the server recycled it. */
  | 'leftover'
  /** Pages go back to a lower timeline, or are of a higher one than the file. */
  | 'timeline'
  /** Zeros where a page or a record must begin. */
  | 'zeros'
  | 'record-header'
  /** The record says that another one comes before it. */
  | 'record-chain'
  | 'record-checksum'
  /** A record whose rest is not on the next page. */
  | 'continuation';

/** `detail` is a sentence part: "the record's checksum is not that of its bytes". */
export type Problem = { kind: ProblemKind; detail: string };
export type Stop = Problem & { lsn: bigint };

/** What a walk over the next segment needs to know of this one, to check the records at the border. */
export type WalCarry = {
  /** The position at which the next segment begins. */
  at: bigint;
  /** Of the last page. */
  timeline: number;
  /** Where the last whole record begins; undefined where the segment held none. */
  lastRecord?: bigint;
  /** The record that goes on in the next segment. */
  open?: Unfinished;
};

/**
 * How the WAL of a segment ends.
 * - `full`: with its last page, perhaps within a record.
 * - `switch`: with a forced switch; what is after it is not read by anyone.
 * - `early`: before the segment does, with zeros or with what the file held before it was recycled. So
 *   ends the last segment of a timeline, and a `.partial` one. In the middle of an archive it is damage.
 * - `corrupt`: there is more WAL, or there should be, and a reader cannot get to it.
 */
export type Ending =
  | { kind: 'full' | 'switch'; carry: WalCarry }
  | { kind: 'early' | 'corrupt'; stop: Stop };

/** What a deep walk saw of a segment, up to where it ended. */
export type SegmentWalk = WalFacts & {
  first: FirstPage;
  ending: Ending;
  /** Bytes of the file that were read; after damage no more are. */
  bytes: number;
  /** Whole records whose checksum is right. */
  records: number;
  firstRecord?: bigint;
  lastRecord?: bigint;
  /** The end of the last whole record, where the next one begins: recovery gets this far. */
  end: bigint;
  /** The highest timeline of its pages. */
  timeline: number;
  /** Bytes of a record that began in the segment before, and whose checksum could not be checked. */
  uncheckedBytes: number;
  /**
   * Bytes that should be zero and are not, and that no reader looks at (padding, the tail after a switch):
   * harmless for a recovery, and a sign that the file is not as it was written.
   */
  oddBytes: number;
};

export type WalkResult =
  | { ok: true; walk: SegmentWalk }
  /** Its first page is not one that can be walked from. */
  | {
      ok: false;
      reason:
        | 'too-short'
        | 'empty-page'
        | 'not-wal'
        | 'not-a-first-page'
        | 'damaged-header'
        | 'unknown-version';
    };
