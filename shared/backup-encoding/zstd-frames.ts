import type { ByteSource } from './byte-source.ts';
import { DamageError } from './damage-error.ts';
import {
  checkZstdHeader,
  ZSTD_MAGIC,
  zstdContentSize,
  zstdHasChecksum,
  zstdHeaderBytes,
} from './zstd-header.ts';

const MAGIC_BYTES = 4;
const BLOCK_HEADER_BYTES = 3;
const CHECKSUM_BYTES = 4;
const LONGEST_FIELD_BYTES = 14;
const SKIPPABLE = 0x184d2a5;
const BLOCK_TYPE = { rle: 1, reserved: 3 } as const;

/** What the next bytes are: a field that is looked at, or something that is not. */
type Field = 'magic' | 'skippable-length' | 'descriptor' | 'header' | 'block';

/** Which field is next, how long it is, and how many bytes pass before it. */
type Next = { field: Field; need: number; passing?: number };

/**
 * Walks over frames without decoding them: headers, block lengths, checksums' places.
 * Source: RFC 8878, 3.1.
 */
export class ZstdFrameWalk {
  #field: Field = 'magic';
  readonly #bytes = Buffer.alloc(LONGEST_FIELD_BYTES);
  #have = 0;
  #need = MAGIC_BYTES;
  /** Bytes that pass before the next field. */
  #passing = 0;
  #descriptor = 0;
  #frames = 0;
  #declaredBytes = 0n;
  #isDeclared = true;
  /** Whether what was walked over last belongs to a frame with content, behind its magic number. */
  inFrame = false;

  /** Whether nothing but the magic number of a frame was walked over. */
  get isBegun(): boolean {
    return this.#field === 'descriptor' && this.#have === 0;
  }

  /** Whether as much came out of the frames as their headers say; one that does not say may hold anything. */
  holds(plainBytes: number): boolean {
    const more = BigInt(plainBytes) - this.#declaredBytes;
    return this.#isDeclared ? more === 0n : more >= 0n;
  }

  get #isBetween(): boolean {
    return this.#field === 'magic' && this.#passing === 0 && this.#have === 0;
  }

  /** @returns where a frame ends, or its magic number; else the end of the piece. */
  walk(piece: Buffer, start: number): number {
    if (this.#isBetween) this.inFrame = false;
    let at = start;
    while (at < piece.length) {
      if (this.#passing > 0) {
        const step = Math.min(this.#passing, piece.length - at);
        this.#passing -= step;
        at += step;
      } else {
        const copied = piece.copy(this.#bytes, this.#have, at, at + this.#need - this.#have);
        this.#have += copied;
        at += copied;
        if (this.#have === this.#need) this.#goOn(this.#read(this.#bytes.subarray(0, this.#need)));
      }
      if (this.#isBetween || this.isBegun) return at;
    }
    return at;
  }

  /** @throws {DamageError} `truncated` or `trailing-data` where the last frame does not end here. */
  end(): void {
    if (this.#isBetween && this.#frames > 0) return;
    const begun = this.#bytes.subarray(0, this.#have);
    const isJunk = this.#field === 'magic' && !ZSTD_MAGIC.subarray(0, this.#have).equals(begun);
    if (isJunk && this.#passing === 0 && this.#frames > 0) throw trailing();
    throw new DamageError('truncated', 'the zstd stream ends before its end');
  }

  #goOn({ field, need, passing = 0 }: Next): void {
    this.#field = field;
    this.#need = need;
    this.#passing = passing;
    this.#have = 0;
  }

  #read(bytes: Buffer): Next {
    switch (this.#field) {
      case 'magic':
        return this.#readMagic(bytes);
      case 'skippable-length':
        return { field: 'magic', need: MAGIC_BYTES, passing: bytes.readUInt32LE() };
      case 'descriptor':
        this.#descriptor = bytes.readUInt8();
        return { field: 'header', need: zstdHeaderBytes(this.#descriptor) };
      case 'header':
        this.#readHeader(bytes);
        return { field: 'block', need: BLOCK_HEADER_BYTES };
      case 'block':
        return this.#readBlock(bytes.readUIntLE(0, BLOCK_HEADER_BYTES));
    }
  }

  #readMagic(magic: Buffer): Next {
    this.inFrame = magic.equals(ZSTD_MAGIC);
    if (this.inFrame) {
      this.#frames += 1;
      return { field: 'descriptor', need: 1 };
    }
    if (magic.readUInt32LE() >>> 4 === SKIPPABLE) return { field: 'skippable-length', need: 4 };
    throw this.#frames > 0
      ? trailing()
      : new DamageError('corrupt', 'it does not begin like a zstd stream');
  }

  #readHeader(header: Buffer): void {
    checkZstdHeader(this.#descriptor, header);
    const size = zstdContentSize(this.#descriptor, header);
    if (size === undefined) this.#isDeclared = false;
    else this.#declaredBytes += size;
  }

  #readBlock(header: number): Next {
    const isLast = (header & 1) === 1;
    const type = (header >>> 1) & 0b11;
    if (type === BLOCK_TYPE.reserved) {
      throw new DamageError(
        'corrupt',
        'a block of the zstd stream is of a kind that does not exist',
      );
    }
    const size = type === BLOCK_TYPE.rle ? 1 : header >>> 3;
    if (!isLast) return { field: 'block', need: BLOCK_HEADER_BYTES, passing: size };
    const checksum = zstdHasChecksum(this.#descriptor) ? CHECKSUM_BYTES : 0;
    return { field: 'magic', need: MAGIC_BYTES, passing: size + checksum };
  }
}

const trailing = (): DamageError =>
  new DamageError('trailing-data', 'more bytes follow the end of the zstd stream');

/**
 * The frames of a source, cut so that no piece holds more than one of them, without those that may be
 * skipped.
 *
 * @throws {DamageError} `truncated`, `trailing-data`, `corrupt`; {NotJudgedError} what is not read here.
 */
export async function* splitZstdFrames(
  source: ByteSource,
  walk: ZstdFrameWalk,
): AsyncGenerator<Buffer> {
  for await (const piece of source) {
    for (let at = 0; at < piece.length; ) {
      const end = walk.walk(piece, at);
      // The magic number may stand in two pieces, and is held back until it is known.
      if (walk.isBegun) yield ZSTD_MAGIC;
      else if (walk.inFrame)
        yield at === 0 && end === piece.length ? piece : piece.subarray(at, end);
      at = end;
    }
  }
  walk.end();
}
