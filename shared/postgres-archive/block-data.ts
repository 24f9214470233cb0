import { createInflate, inflateSync } from 'node:zlib';
import * as z from 'zod';
import type { ByteSource } from '../backup-encoding/byte-source.ts';
import { DamageError, NotJudgedError } from '../backup-encoding/damage-error.ts';
import { readLz4 } from '../backup-encoding/lz4.ts';
import { pump } from '../backup-encoding/pump.ts';
import { releasePiece } from '../backup-encoding/release-piece.ts';
import { readZstd } from '../backup-encoding/zstd.ts';
import { corrupt, readBufferedInt, readInt } from './archive-fields.ts';
import type { Compression } from './archive-head.ts';
import type { ArchiveLimits } from './archive-limits.ts';
import type { ByteReader } from './byte-reader.ts';
import { ChunkSlice, SLICE_BYTES } from './chunk-slice.ts';

/** Of the first piece of compressed data: most tables are no larger, and are decompressed at once. */
const FIRST_BYTES = 64 * 1024;
/** As `releasePiece` expects it; and zlib's thread is to be busy while this one looks at what it made. */
const PIECE_BYTES = 1024 * 1024;
const ZLIB_RATIO = 1_032;

/** Decompressed; `padding` of the bytes are spaces in front of rows, and no data. */
export type BlockPiece = { data: Buffer; padding: number };

/** The length of the next chunk; zero stands for the end of the block. Source: pg_backup_custom.c. */
const readLength = async (reader: ByteReader): Promise<number> => {
  const length = readBufferedInt(reader) ?? (await readInt(reader));
  if (length < 0) throw corrupt(reader, `a chunk has ${length} bytes`);
  return length;
};

/** Asks for one byte more than there is only to say that the end was met too early. */
const requireBytes = async (reader: ByteReader): Promise<void> => {
  if (reader.buffered === 0 && (await reader.atEnd())) await reader.take(1);
};

/** The chunks of one block, joined; pieces are handed over. */
async function* readChunks(reader: ByteReader): AsyncGenerator<Buffer> {
  let batch = Buffer.allocUnsafe(FIRST_BYTES);
  let filled = 0;
  for (let left = await readLength(reader); left > 0; left = await readLength(reader)) {
    while (left > 0) {
      await requireBytes(reader);
      const copied = reader.copyBuffered(batch, filled, Math.min(left, batch.length - filled));
      left -= copied;
      filled += copied;
      if (filled < batch.length) continue;
      yield batch;
      batch = Buffer.allocUnsafeSlow(PIECE_BYTES);
      filled = 0;
    }
  }
  if (filled > 0) yield batch.subarray(0, filled);
}

async function* chain(begun: Buffer[], batches: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  yield* begun;
  yield* batches;
}

/** What zlib answers with `info`; its types do not say so. */
const inflated = z.object({
  buffer: z.instanceof(Buffer),
  engine: z.object({ bytesWritten: z.number() }),
});

const corruptData = (where: string, detail: string, cause?: unknown): DamageError =>
  new DamageError('corrupt', `the compressed data of ${where} is corrupt: ${detail}`, { cause });

const describe = (error: unknown, where: string): unknown => {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const isDamage = error instanceof DamageError || /^(Z_|ZSTD_|ERR_ZLIB)/.test(code);
  return isDamage && error instanceof Error ? corruptData(where, error.message, error) : error;
};

const overLimit = (where: string): NotJudgedError =>
  new NotJudgedError('over-limit', `the data of ${where} expands beyond all measure`);

const joined = (where: string): DamageError =>
  new DamageError('corrupt', `something follows the compressed data of ${where}`);

/** For the many tables that are small: no stream, no thread. */
const inflateWhole = (bytes: Buffer, where: string): Buffer => {
  try {
    const limit = Math.max(PIECE_BYTES, bytes.length * (ZLIB_RATIO + 1));
    const { buffer, engine } = inflated.parse(
      inflateSync(bytes, { info: true, maxOutputLength: limit }),
    );
    if (engine.bytesWritten === bytes.length) return buffer;
  } catch (error) {
    throw describe(error, where);
  }
  throw joined(where);
};

async function* inflate(source: ByteSource, where: string): AsyncGenerator<Buffer> {
  const decoder = createInflate({ chunkSize: PIECE_BYTES });
  const { fed } = yield* pump(source, decoder, (error) => error);
  if (fed > decoder.bytesWritten) throw joined(where);
}

const DECODERS = { gzip: inflate, zstd: readZstd, lz4: readLz4 };

/**
 * Reads the data of blocks, decompressed, with every checksum verified that the compression has. For one
 * block after the other: a piece is only good until the next one is asked for.
 */
export class BlockReader {
  readonly #reader: ByteReader;
  readonly #compression: Compression;
  readonly #limits: ArchiveLimits;
  /** One for all blocks: most are small. */
  #slice: ChunkSlice | undefined;

  constructor(reader: ByteReader, compression: Compression, limits: ArchiveLimits) {
    this.#reader = reader;
    this.#compression = compression;
    this.#limits = limits;
  }

  /**
   * @param where for the words of an error, such as the name of the table.
   * @throws {DamageError} `truncated` or `corrupt`.
   * @throws {NotJudgedError} `over-limit`.
   */
  async *read(where: string): AsyncGenerator<BlockPiece> {
    this.#reader.inside = where;
    if (this.#compression === 'none') {
      yield* this.#readPlain();
      return;
    }
    for await (const data of this.#decompress(this.#compression, where)) {
      yield { data, padding: 0 };
      releasePiece(data);
    }
  }

  async *#readPlain(): AsyncGenerator<BlockPiece> {
    this.#slice ??= new ChunkSlice();
    const slice = this.#slice;
    slice.begin();
    while (!slice.isEnded) {
      if (slice.left === 0) slice.left = await readLength(this.#reader);
      if (slice.left === 0) return;
      await requireBytes(this.#reader);
      this.#reader.passBuffered(slice.fill(this.#reader.peekBuffered(SLICE_BYTES)));
      if (slice.data.length > 0) yield slice;
    }
  }

  async *#decompress(
    compression: Exclude<Compression, 'none'>,
    where: string,
  ): AsyncGenerator<Buffer> {
    const batches = readChunks(this.#reader);
    const first = await batches.next();
    if (first.done) throw new DamageError('corrupt', `the compressed data of ${where} is empty`);
    const second = await batches.next();
    if (second.done && compression === 'gzip') {
      yield inflateWhole(first.value, where);
      return;
    }
    const begun = second.done ? [first.value] : [first.value, second.value];
    let fed = 0;
    let failure: unknown;
    const source = async function* (): AsyncGenerator<Buffer> {
      try {
        for await (const batch of chain(begun, batches)) {
          fed += batch.length;
          yield batch;
        }
      } catch (error) {
        failure = error;
        throw error;
      }
    };
    const { expandedBytes, ratio } = this.#limits;
    let expanded = 0;
    try {
      for await (const piece of DECODERS[compression](source(), where)) {
        expanded += piece.length;
        if (expanded > expandedBytes && expanded > fed * ratio) throw overLimit(where);
        yield piece;
      }
    } catch (error) {
      // What the dump's own reader says is said already as it should be.
      throw failure ?? describe(error, where);
    }
  }
}
