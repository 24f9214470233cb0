import { DamageError, NotJudgedError } from './damage-error.ts';

export const ZSTD_MAGIC = Buffer.from([0x28, 0xb5, 0x2f, 0xfd]);

/**
 * What a decoder must keep of the content: as much as `zstd -d` takes without `--long`. Hostile headers
 * may ask for 3.75 TiB.
 */
const MAX_WINDOW_BYTES = 128n * 1024n * 1024n;

const CONTENT_SIZE_BYTES = [0, 2, 4, 8] as const;
const DICTIONARY_ID_BYTES = [0, 1, 2, 4] as const;

/** The first byte behind the magic number. Source: RFC 8878, 3.1.1.1.1. */
const describe = (descriptor: number) => {
  const isSingleSegment = (descriptor & 0b10_0000) !== 0;
  const contentSize = CONTENT_SIZE_BYTES[(descriptor >>> 6) & 0b11] ?? 0;
  return {
    windowBytes: isSingleSegment ? 0 : 1,
    dictionaryBytes: DICTIONARY_ID_BYTES[descriptor & 0b11] ?? 0,
    contentSizeBytes: contentSize === 0 && isSingleSegment ? 1 : contentSize,
    hasChecksum: (descriptor & 0b100) !== 0,
    isReserved: (descriptor & 0b1000) !== 0,
  };
};

export const zstdHasChecksum = (descriptor: number): boolean => describe(descriptor).hasChecksum;

/** Of the header behind its first byte. */
export const zstdHeaderBytes = (descriptor: number): number => {
  const { windowBytes, dictionaryBytes, contentSizeBytes } = describe(descriptor);
  return windowBytes + dictionaryBytes + contentSizeBytes;
};

const contentSizeOf = (field: Buffer): bigint => {
  if (field.length === 8) return field.readBigUInt64LE();
  const size = field.readUIntLE(0, field.length);
  return BigInt(field.length === 2 ? size + 256 : size);
};

/**
 * How much content the header says that the frame has; undefined where it does not say.
 *
 * @param header what `zstdHeaderBytes` counts.
 */
export const zstdContentSize = (descriptor: number, header: Buffer): bigint | undefined => {
  const { windowBytes, dictionaryBytes, contentSizeBytes } = describe(descriptor);
  return contentSizeBytes === 0
    ? undefined
    : contentSizeOf(header.subarray(windowBytes + dictionaryBytes));
};

const windowOf = (descriptor: number): bigint => {
  const base = 1n << BigInt(10 + (descriptor >>> 3));
  return base + (base / 8n) * BigInt(descriptor & 0b111);
};

/**
 * Refuses a frame that cannot be read here.
 *
 * @param header what `zstdHeaderBytes` counts.
 * @throws {NotJudgedError} a dictionary, or a window that is too large; {DamageError} what no encoder writes.
 */
export const checkZstdHeader = (descriptor: number, header: Buffer): void => {
  const { windowBytes, dictionaryBytes, isReserved } = describe(descriptor);
  if (isReserved) {
    throw new DamageError('corrupt', 'a header of the zstd stream has a bit set that must not be');
  }
  const window =
    windowBytes === 1
      ? windowOf(header.readUInt8(0))
      : contentSizeOf(header.subarray(dictionaryBytes));
  if (window > MAX_WINDOW_BYTES) {
    throw new NotJudgedError(
      'over-limit',
      `it was compressed by zstd with a window of ${window} bytes (--long, --ultra), and up to ${MAX_WINDOW_BYTES} are read here`,
    );
  }
  if (header.subarray(windowBytes, windowBytes + dictionaryBytes).some((byte) => byte !== 0)) {
    throw new NotJudgedError(
      'encoding-not-supported',
      'it was compressed by zstd with a dictionary, which is not in the file',
    );
  }
};
