import { Readable } from 'node:stream';
import { createInflate, createZstdDecompress, inflateSync } from 'node:zlib';
import { z } from 'zod';
import { DamageError, NotJudgedError } from '../backup-encoding/damage-error.ts';
import { releasePiece } from '../backup-encoding/release-piece.ts';
import { corrupt, readBufferedInt, readInt } from './archive-fields.ts';
import type { Compression } from './archive-head.ts';
import type { ArchiveLimits } from './archive-limits.ts';
import type { ByteReader } from './byte-reader.ts';

/** Chunks are as small as a row: they are joined before anything is done with them. */
const BATCH_BYTES = 64 * 1024;
/** As `releasePiece` expects it. */
const PIECE_BYTES = 1024 * 1024;
const ZLIB_RATIO = 1_032;

/** The chunks of one block: lengths and bytes, up to a length of zero. Source: pg_backup_custom.c. */
async function* readChunks(reader: ByteReader): AsyncGenerator<Buffer> {
  let batch = Buffer.allocUnsafe(BATCH_BYTES);
  let filled = 0;
  for (;;) {
    let left = readBufferedInt(reader) ?? (await readInt(reader));
    if (left < 0) throw corrupt(reader, `a chunk has ${left} bytes`);
    if (left === 0) break;
    while (left > 0) {
      // Asks for one byte more than there is only to say that the end was met too early.
      if (reader.buffered === 0 && (await reader.atEnd())) await reader.take(1);
      const copied = reader.copyBuffered(batch, filled, Math.min(left, BATCH_BYTES - filled));
      left -= copied;
      filled += copied;
      if (filled < BATCH_BYTES) continue;
      yield batch;
      batch = Buffer.allocUnsafe(BATCH_BYTES);
      filled = 0;
    }
  }
  if (filled > 0) yield batch.subarray(0, filled);
}

/** What zlib answers with `info`; its types do not say so. */
const inflated = z.object({
  buffer: z.instanceof(Buffer),
  engine: z.object({ bytesWritten: z.number() }),
});

const describeZlib = (error: unknown, where: string): unknown => {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (!/^(Z_|ZSTD_|ERR_ZLIB)/.test(code)) return error;
  const detail = error instanceof Error ? error.message : '';
  return new DamageError('corrupt', `the compressed data of ${where} is corrupt: ${detail}`, {
    cause: error,
  });
};

/** For the many tables that are small: no stream, no thread. */
const inflateWhole = (bytes: Buffer, where: string): Buffer => {
  try {
    const limit = Math.max(PIECE_BYTES, bytes.length * (ZLIB_RATIO + 1));
    const { buffer, engine } = inflated.parse(
      inflateSync(bytes, { info: true, maxOutputLength: limit }),
    );
    if (engine.bytesWritten < bytes.length) throw joined(where);
    return buffer;
  } catch (error) {
    throw describeZlib(error, where);
  }
};

const joined = (where: string): DamageError =>
  new DamageError('corrupt', `something follows the compressed data of ${where}`);

const overLimit = (where: string): NotJudgedError =>
  new NotJudgedError('over-limit', `the data of ${where} expands beyond all measure`);

async function* inflateStream(
  batches: AsyncGenerator<Buffer>,
  compression: 'gzip' | 'zstd',
  where: string,
  limits: ArchiveLimits,
): AsyncGenerator<Buffer> {
  let fed = 0;
  let expanded = 0;
  const counted = async function* (): AsyncGenerator<Buffer> {
    for await (const batch of batches) {
      fed += batch.length;
      yield batch;
    }
  };
  const input = Readable.from(counted(), { objectMode: true, highWaterMark: 4 });
  const options = { chunkSize: PIECE_BYTES };
  const inflate = compression === 'gzip' ? createInflate(options) : createZstdDecompress(options);
  input.on('error', (error) => inflate.destroy(error));
  input.pipe(inflate);
  try {
    for await (const piece of inflate as AsyncIterable<Buffer>) {
      expanded += piece.length;
      if (expanded > limits.expandedBytes && expanded > fed * limits.ratio) throw overLimit(where);
      yield piece;
      releasePiece(piece);
    }
  } catch (error) {
    throw describeZlib(error, where);
  } finally {
    input.destroy();
    inflate.destroy();
  }
  if (inflate.bytesWritten < fed) throw joined(where);
}

/**
 * The data of one block, decompressed, with the checksum of its compression verified where it has one.
 * A piece is only good until the next one is asked for. lz4 passes as it is: whoever calls must say so.
 *
 * @throws {DamageError} `truncated` or `corrupt`, naming the table.
 * @throws {NotJudgedError} `over-limit`.
 */
export async function* readBlockData(
  reader: ByteReader,
  compression: Compression,
  where: string,
  limits: ArchiveLimits,
): AsyncGenerator<Buffer> {
  reader.inside = where;
  const batches = readChunks(reader);
  if (compression === 'none' || compression === 'lz4') {
    yield* batches;
    return;
  }
  const first = await batches.next();
  if (first.done) {
    throw new DamageError('corrupt', `the compressed data of ${where} is empty`);
  }
  const second = await batches.next();
  if (second.done && compression === 'gzip') {
    yield inflateWhole(first.value, where);
    return;
  }
  const all = async function* (): AsyncGenerator<Buffer> {
    yield first.value;
    if (!second.done) yield second.value;
    yield* batches;
  };
  yield* inflateStream(all(), compression, where, limits);
}
