import type { ByteSource } from './byte-source.ts';
import { DamageError, NotJudgedError } from './damage-error.ts';
import { StreamFeed } from './stream-feed.ts';

const PIECE_BYTES = 1024 * 1024;

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
        ? new DamageError('trailing-data', 'more bytes follow the end of the xz stream')
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
  const feed = new StreamFeed(source);
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
    throw code === undefined ? error : faultOf(Number(code), plainBytes);
  } finally {
    await feed.close();
  }
}
