import type { ByteSource } from '../backup-encoding/byte-source.ts';
import { judgeWalk, type WalkVerdict } from '../postgres-wal/judge-walk.ts';
import type { FirstPage } from '../postgres-wal/page-header.ts';
import type { Ending, WalCarry } from '../postgres-wal/segment-walk.ts';
import { walkSegment } from '../postgres-wal/walk-segment.ts';

/** A WAL segment that the backup brings along. */
export type SegmentInside = {
  size: number;
  /** Absent where not even its first page is one. */
  first?: FirstPage;
  /** The end of its last whole record. */
  end: bigint;
  /**
   * Why its records do not go on to the segment's end; absent where they do. `early`: with zeros, or with
   * what the file held before it was recycled, as the newest segment of a server ends.
   */
  stop?: { kind: 'early' | 'corrupt' | 'unknown'; detail: string };
  /** Base backups that ended here, and where each began. */
  backupEnds: readonly { start: bigint; lsn: bigint }[];
};

const NAME = /^pg_wal\/([0-9A-F]{8})[0-9A-F]{16}$/;

export const segmentNameOf = (path: string): string | undefined =>
  NAME.test(path) ? path.slice('pg_wal/'.length) : undefined;

const stopOf = (
  { verdict, detail }: Exclude<WalkVerdict, { verdict: 'pass' }>,
  ending: Ending | undefined,
): SegmentInside['stop'] => {
  if (verdict === 'unknown') return { kind: 'unknown', detail };
  return { kind: ending?.kind === 'early' ? 'early' : 'corrupt', detail };
};

/** Walks the segments of a backup, record by record. In order each record is checked that goes on in the next. */
export class WalInside {
  readonly segments = new Map<string, SegmentInside>();
  #carry: WalCarry | undefined;

  /** May leave a part of the source unread. */
  async read(name: string, size: number, source: ByteSource): Promise<void> {
    const timeline = Number.parseInt(name.slice(0, 8), 16);
    const result = await walkSegment(source, { carry: this.#carry, timeline });
    const judged = judgeWalk(result, 'no');
    const ending = result.ok ? result.walk.ending : undefined;
    this.#carry = ending !== undefined && 'carry' in ending ? ending.carry : undefined;
    this.segments.set(name, {
      size,
      ...(result.ok && { first: result.walk.first }),
      end: result.ok ? result.walk.end : 0n,
      ...(judged.verdict !== 'pass' && { stop: stopOf(judged, ending) }),
      backupEnds: result.ok ? result.walk.backupEnds : [],
    });
  }
}
