import { isSegmentSize } from './segment-name.ts';

/** What the first 40 bytes of a segment say about it. */
export type FirstPage = {
  ok: true;
  /** Major version; undefined for a magic number that is not known here. */
  postgres?: number;
  magic: number;
  /** May be an ancestor's in the first segment after a switch. */
  timeline: number;
  /** Position of the segment's first byte. */
  address: bigint;
  systemIdentifier: bigint;
  segmentSize: number;
  blockSize: number;
};

export type PageHeader =
  | FirstPage
  | { ok: false; reason: 'too-short' | 'empty-page' | 'not-wal' | 'not-a-first-page' };

/** PostgreSQL xlog_internal.h, XLOG_PAGE_MAGIC of each release branch. */
const VERSIONS: Readonly<Record<number, number>> = {
  53528: 18,
  53526: 17,
  53523: 16,
  53520: 15,
  53517: 14,
  53510: 13,
  53505: 12,
  53400: 11,
};

/** The major version that writes a magic number; undefined where none does that is known here. */
export const versionOf = (magic: number): number | undefined => VERSIONS[magic];

export const PAGE_HEADER_BYTES = 40;
const LONG_HEADER = 0x0002;
/** Every release so far counts within D0xx and D1xx. */
const isMagic = (magic: number): boolean => magic >> 9 === 0xd0 >> 1;

/**
 * Reads the long header of a segment's first page, little-endian. Never throws.
 *
 * Format: PostgreSQL xlog_internal.h, XLogLongPageHeaderData.
 */
export const parsePageHeader = (bytes: Uint8Array): PageHeader => {
  if (bytes.length < PAGE_HEADER_BYTES) return { ok: false, reason: 'too-short' };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const magic = view.getUint16(0, true);
  if (magic === 0) return { ok: false, reason: 'empty-page' };
  if (!isMagic(magic)) return { ok: false, reason: 'not-wal' };
  if ((view.getUint16(2, true) & LONG_HEADER) === 0) {
    return { ok: false, reason: 'not-a-first-page' };
  }
  return {
    ok: true,
    postgres: versionOf(magic),
    magic,
    timeline: view.getUint32(4, true),
    address: view.getBigUint64(8, true),
    systemIdentifier: view.getBigUint64(24, true),
    segmentSize: view.getUint32(32, true),
    blockSize: view.getUint32(36, true),
  };
};

/** XLP_ALL_FLAGS. */
const FLAGS = 0x000f;
const LEAST_BLOCK = 1_024n;

/**
 * Whether bytes can only be the beginning of a segment: what a wrong key makes looks so once in five
 * hundred million times. Damage to one end of the header does not hide it, and zeros in place of all of it are none of
 * a wrong key's making: what is wrong then is for {@link parsePageHeader} to say.
 */
export const beginsLikeWal = (bytes: Uint8Array): boolean => {
  const head = Buffer.from(bytes.subarray(0, PAGE_HEADER_BYTES));
  if (head.length >= 16 && head.every((byte) => byte === 0)) return true;
  const isPage =
    head.length >= 16 &&
    isMagic(head.readUInt16LE(0)) &&
    head.readUInt16LE(2) <= FLAGS &&
    head.readBigUInt64LE(8) % LEAST_BLOCK === 0n;
  if (isPage || head.length < PAGE_HEADER_BYTES) return isPage;
  return isSegmentSize(head.readUInt32LE(32)) && isBlockSize(head.readUInt32LE(36));
};

/** Pages of 1 kB to 64 kB, `configure --with-wal-blocksize`. */
const isBlockSize = (bytes: number): boolean =>
  bytes >= 1_024 && bytes <= 65_536 && (bytes & (bytes - 1)) === 0;

/** Whether PostgreSQL ever writes such values. */
export const isPlausible = ({ segmentSize, blockSize, timeline, address }: FirstPage): boolean =>
  isSegmentSize(segmentSize) &&
  isBlockSize(blockSize) &&
  timeline > 0 &&
  address % BigInt(segmentSize) === 0n;
