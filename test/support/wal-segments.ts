import { readFileSync } from 'node:fs';
import { zstdDecompressSync } from 'node:zlib';
import type { SegmentWalk, WalCarry, WalkResult } from '../../shared/postgres-wal/segment-walk.ts';
import type { WalkOptions } from '../../shared/postgres-wal/segment-walker.ts';
import { walkSegment } from '../../shared/postgres-wal/walk-segment.ts';
import { inPieces } from './bytes.ts';

const folder = new URL('../fixtures/postgres-wal/', import.meta.url);

export const WAL_VERSIONS = [11, 12, 13, 14, 15, 16, 17, 18] as const;
export type WalVersion = (typeof WAL_VERSIONS)[number];

const TAR_BLOCK = 512;

function* membersOf(tar: Buffer): Generator<[name: string, bytes: Buffer]> {
  for (let at = 0; (tar[at] ?? 0) !== 0; ) {
    const name = tar.toString('latin1', at, at + 100).replace(/\0.*$/s, '');
    const size = Number.parseInt(tar.toString('latin1', at + 124, at + 135), 8);
    yield [name, tar.subarray(at + TAR_BLOCK, at + TAR_BLOCK + size)];
    at += TAR_BLOCK + Math.ceil(size / TAR_BLOCK) * TAR_BLOCK;
  }
}

const read = new Map<WalVersion, Map<string, Buffer>>();

/** The whole archive of a real server, by name: test/fixtures/make-wal-segments.sh. Not to be changed. */
export const walArchive = (version: WalVersion): Map<string, Buffer> => {
  const known = read.get(version);
  if (known !== undefined) return known;
  const packed = readFileSync(new URL(`segments-${version}.tar.zst`, folder));
  const archive = new Map(membersOf(zstdDecompressSync(packed)));
  read.set(version, archive);
  return archive;
};

/** Its whole segments in the order in which a recovery to the latest timeline reads them. */
export const wholeSegments = (version: WalVersion): [name: string, bytes: Buffer][] =>
  [...walArchive(version)].filter(([name]) => name.length === 24);

export const walkBytes = (
  bytes: Buffer,
  options?: WalkOptions,
  piece = 65_536,
): Promise<WalkResult> => walkSegment(inPieces(bytes, piece), options);

export const mustWalk = async (bytes: Buffer, options?: WalkOptions): Promise<SegmentWalk> => {
  const result = await walkBytes(bytes, options);
  if (!result.ok) throw new Error(result.reason);
  return result.walk;
};

/** A copy with some bytes changed. */
export const damaged = (bytes: Buffer, change: (copy: Buffer) => void): Buffer => {
  const copy = Buffer.from(bytes);
  change(copy);
  return copy;
};

export const carryOf = ({ ending }: SegmentWalk): WalCarry | undefined =>
  'carry' in ending ? ending.carry : undefined;

/** One after the other, each with what the one before handed over. */
export const walkInOrder = async (
  segments: readonly [name: string, bytes: Buffer][],
): Promise<SegmentWalk[]> => {
  const walks: SegmentWalk[] = [];
  for (const [name, bytes] of segments) {
    const last = walks.at(-1);
    const timeline = Number.parseInt(name.slice(0, 8), 16);
    walks.push(await mustWalk(bytes, { timeline, carry: last && carryOf(last) }));
  }
  return walks;
};
