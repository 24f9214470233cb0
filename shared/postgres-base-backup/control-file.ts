import { DamageError, NotJudgedError } from '../backup-encoding/damage-error.ts';
import { crc32c } from '../crc32c/crc32c.ts';

/** What `global/pg_control` says of a cluster. */
export type ControlFile = {
  /** Of the format: 1300 for PostgreSQL 13 to 16. */
  version: number;
  catalogVersion: number;
  systemIdentifier: bigint;
  state: ClusterState;
  /** Where recovery without a backup label would begin. */
  redoLsn: bigint;
  timeline: number;
  /** How far a standby must recover before it is consistent; zero for a primary. */
  minRecoveryLsn: bigint;
  blockSize: number;
  /** Blocks in one file of a relation. */
  segmentBlocks: number;
  walSegmentSize: number;
  hasDataChecksums: boolean;
};

/** Source: PostgreSQL catalog/pg_control.h, DBState. */
const STATES = [
  'starting up',
  'shut down',
  'shut down in recovery',
  'shutting down',
  'in crash recovery',
  'in archive recovery',
  'in production',
] as const;
export type ClusterState = (typeof STATES)[number];

/** Where fields stand that moved between releases; on 64 bits, little-endian. */
type Layout = { blockSize: number; checksums: number; crc: number };
const SINCE_12: Layout = { blockSize: 216, checksums: 252, crc: 288 };
const LAYOUTS: Readonly<Record<number, Layout>> = {
  1100: { blockSize: 208, checksums: 244, crc: 280 },
  1201: SINCE_12,
  1300: SINCE_12,
  1700: SINCE_12,
  1800: { ...SINCE_12, crc: 292 },
};

const MAJORS: Readonly<Record<number, readonly number[]>> = {
  1100: [11],
  1201: [12],
  1300: [13, 14, 15, 16],
  1700: [17],
  1800: [18],
};

/** Which releases write this version of the file; empty where it is not known here. */
export const majorsOf = ({ version }: ControlFile): readonly number[] => MAJORS[version] ?? [];

const CONTROL_BYTES = 8192;
/** The server refuses versions that look turned round, or none. */
const isVersion = (version: number): boolean => version > 700 && version < 10_000;

/**
 * Reads `global/pg_control` and verifies its CRC-32C: PostgreSQL starts with no other.
 * Source: PostgreSQL catalog/pg_control.h of each release.
 *
 * @throws {DamageError} `truncated` or `corrupt`.
 * @throws {NotJudgedError} a version of the file that is not known here.
 */
export const parseControlFile = (bytes: Buffer): ControlFile => {
  if (bytes.length < CONTROL_BYTES) {
    throw new DamageError(
      'truncated',
      `global/pg_control has ${bytes.length} of ${CONTROL_BYTES} bytes`,
    );
  }
  const version = bytes.readUInt32LE(8);
  if (!isVersion(version)) throw new DamageError('corrupt', 'global/pg_control is none');
  const layout = LAYOUTS[version];
  if (layout === undefined) {
    throw new NotJudgedError(
      'format-not-supported',
      `global/pg_control has version ${version}, which is not known here`,
    );
  }
  if (crc32c(bytes.subarray(0, layout.crc)) !== bytes.readUInt32LE(layout.crc)) {
    throw new DamageError('corrupt', 'the checksum of global/pg_control does not agree');
  }
  const state = STATES[bytes.readUInt32LE(16)];
  if (state === undefined) throw new DamageError('corrupt', 'global/pg_control has no known state');
  return {
    version,
    catalogVersion: bytes.readUInt32LE(12),
    systemIdentifier: bytes.readBigUInt64LE(0),
    state,
    redoLsn: bytes.readBigUInt64LE(40),
    timeline: bytes.readUInt32LE(48),
    minRecoveryLsn: bytes.readBigUInt64LE(layout.blockSize - 80),
    blockSize: bytes.readUInt32LE(layout.blockSize),
    segmentBlocks: bytes.readUInt32LE(layout.blockSize + 4),
    walSegmentSize: bytes.readUInt32LE(layout.blockSize + 12),
    hasDataChecksums: bytes.readUInt32LE(layout.checksums) !== 0,
  };
};
