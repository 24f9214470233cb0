import type { ByteSource } from '../backup-encoding/byte-source.ts';
import { isPlausible, PAGE_HEADER_BYTES, parsePageHeader } from './page-header.ts';
import type { WalkResult } from './segment-walk.ts';
import { SegmentWalker, type WalkOptions } from './segment-walker.ts';

const NO_BYTES = Buffer.alloc(0);

const startWalk = (head: Buffer, options: WalkOptions): SegmentWalker | WalkResult => {
  const first = parsePageHeader(head);
  if (!first.ok) return first;
  if (first.postgres === undefined) return { ok: false, reason: 'unknown-version' };
  if (!isPlausible(first)) return { ok: false, reason: 'damaged-header' };
  return new SegmentWalker(first, first.postgres, options);
};

/**
 * Reads a whole segment, decompressed, from its first byte to its last: every page header, every record
 * header, the chain of records, and each record's CRC-32C, as `pg_waldump --quiet` does. What it finds
 * comes back; only errors of the source are thrown on. Memory: a page, and 256 bytes of a record.
 *
 * One segment by itself leaves the record unchecked that began in the segment before. Consecutive ones
 * with the `carry` of one given to the next check it as well:
 *
 * @example
 * let carry: WalCarry | undefined;
 * for (const segment of inOrder) {
 *   const result = await walkSegment(open(segment), { carry });
 *   carry = result.ok && 'carry' in result.walk.ending ? result.walk.ending.carry : undefined;
 * }
 */
export const walkSegment = async (
  source: ByteSource,
  options: WalkOptions = {},
): Promise<WalkResult> => {
  let head: Buffer = NO_BYTES;
  let walker: SegmentWalker | undefined;
  for await (const piece of source) {
    if (walker !== undefined) walker.push(piece);
    else {
      // A piece is kept as a copy: its memory may be used again as soon as the next is asked for.
      const isEnough = head.length === 0 && piece.length >= PAGE_HEADER_BYTES;
      head = isEnough ? piece : Buffer.concat([head, piece]);
      if (head.length < PAGE_HEADER_BYTES) continue;
      const started = startWalk(head, options);
      if (!(started instanceof SegmentWalker)) return started;
      walker = started;
      walker.push(head);
    }
    if (walker.done) break;
  }
  return walker === undefined
    ? { ok: false, reason: 'too-short' }
    : { ok: true, walk: walker.result() };
};
