import { crc32 } from 'node:zlib';
import type { ByteSource } from './byte-source.ts';
import { DamageError, NotJudgedError } from './damage-error.ts';
import { SourceEnds } from './source-ends.ts';
import { StreamFeed } from './stream-feed.ts';

const PIECE_BYTES = 1024 * 1024;

const XZ_MAGIC = Buffer.from('fd377a585a00', 'hex');
const HEADER_BYTES = 12;
const FOOTER_BYTES = 12;

/** The end of a stream: CRC32, the size of the index, flags, `YZ`. Source: the xz file format, 2.1.2. */
const isFooter = (bytes: Buffer): boolean =>
  bytes.length === FOOTER_BYTES &&
  bytes.toString('latin1', 10) === 'YZ' &&
  bytes.readUInt32LE() === crc32(bytes.subarray(4, 10));

/**
 * Whether fewer bytes than a header has stand behind the end of a stream, and no header begins with them: of these
 * the library says that they end too early.
 */
const isEndedBefore = ({ tail }: SourceEnds): boolean => {
  for (let count = 1; count < HEADER_BYTES; count += 1) {
    const end = tail.length - count;
    if (end < FOOTER_BYTES || !isFooter(tail.subarray(end - FOOTER_BYTES, end))) continue;
    const rest = tail.subarray(end).subarray(0, XZ_MAGIC.length);
    return !rest.equals(XZ_MAGIC.subarray(0, rest.length));
  }
  return false;
};

const trailing = (): DamageError =>
  new DamageError('trailing-data', 'more bytes follow the end of the xz stream');

/** Its numbers. Source: xz-embedded, xz.h, `enum xz_ret`. */
const faultOf = (code: number, plainBytes: number): Error => {
  const where = `after ${plainBytes} decompressed bytes`;
  switch (code) {
    case 3:
    case 4:
      return new NotJudgedError(
        'over-limit',
        'it was compressed by xz with a dictionary of more than 64 MiB, which is not read here',
      );
    case 2:
    case 6:
      return new NotJudgedError(
        'encoding-not-supported',
        'it was compressed by xz with a check or a filter that is not read here (SHA-256, BCJ, Delta)',
      );
    case 5:
      return plainBytes > 0
        ? trailing()
        : new DamageError('corrupt', 'it does not begin like an xz stream');
    case 8:
      return new DamageError('truncated', `the xz stream ends before its end, ${where}`);
    default:
      return new DamageError('corrupt', `the xz stream is corrupt ${where}`);
  }
};

type Library = typeof import('xz-decompress');

/** One opens at a time, by the library's own lock: a second one inside it would wait for ever. */
async function* pieces(feed: StreamFeed): AsyncGenerator<Uint8Array> {
  // A bundle finds its exports by their names, Node itself all of them in one.
  const library: Library & { default?: Library } = await import('xz-decompress');
  const { XzReadableStream } = library.default ?? library;
  // The library asks once more where a source is empty.
  const fed = async function* (): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    let isEmpty = true;
    for await (const piece of feed.pieces()) {
      isEmpty = false;
      yield Uint8Array.from(piece);
    }
    if (isEmpty) throw faultOf(8, 0);
  };
  yield* new XzReadableStream(ReadableStream.from(fed()));
}

/**
 * Decompresses xz, all streams of it and the padding between them, with CRC32 and CRC64 of every block
 * verified, and the index at the end.
 *
 * @throws {DamageError} `truncated`, `corrupt` or `trailing-data`; errors of the source pass through.
 * @throws {NotJudgedError} dictionaries beyond 64 MiB; SHA-256, BCJ and Delta filters.
 */
export async function* readXz(source: ByteSource): AsyncGenerator<Buffer> {
  const ends = new SourceEnds();
  const feed = new StreamFeed(ends.watch(source));
  let plainBytes = 0;
  let out: Buffer[] = [];
  let gathered = 0;
  try {
    for await (const piece of pieces(feed)) {
      plainBytes += piece.length;
      gathered += piece.length;
      out.push(Buffer.from(piece.buffer, piece.byteOffset, piece.length));
      if (gathered < PIECE_BYTES) continue;
      yield Buffer.concat(out);
      out = [];
      gathered = 0;
    }
    if (gathered > 0) yield Buffer.concat(out);
  } catch (error) {
    if (feed.error !== undefined) throw feed.error;
    const code = error instanceof Error ? /error code (\d+)/.exec(error.message)?.[1] : undefined;
    if (code === undefined) throw error;
    const fault = faultOf(Number(code), plainBytes);
    throw fault instanceof DamageError && isEndedBefore(ends) ? trailing() : fault;
  } finally {
    await feed.close();
  }
}
