import { PAGE_BYTES, PAGE_WORDS, pageChecksum } from './page-checksum.ts';
import type { PageFault, PageTally } from './page-tally.ts';
import type { RelationFile } from './relation-file.ts';

/** Of pages of 8 KB in files of 1 GB, which is what all packages are built with. */
export const SEGMENT_BLOCKS = 131_072;

/** PD_HAS_FREE_LINES, PD_PAGE_FULL and PD_ALL_VISIBLE. */
const KNOWN_FLAGS = 0x0007;

const isEmpty = (words: Int32Array, at: number): boolean => {
  for (let word = at; word < at + PAGE_WORDS; word += 1) if (words[word] !== 0) return false;
  return true;
};

/** As PostgreSQL judges a page that it reads. Source: storage/page/bufpage.c, PageIsVerifiedExtended. */
const findFault = (
  words: Int32Array,
  at: number,
  block: number,
): PageFault | 'empty' | undefined => {
  const checksumAndFlags = words[at + 2] ?? 0;
  const bounds = words[at + 3] ?? 0;
  const lower = bounds & 0xffff;
  const upper = bounds >>> 16;
  const special = (words[at + 4] ?? 0) & 0xffff;
  if (upper === 0) return isEmpty(words, at) ? 'empty' : 'blank';
  const isSane =
    ((checksumAndFlags >>> 16) & ~KNOWN_FLAGS) === 0 &&
    lower <= upper &&
    upper <= special &&
    special <= PAGE_BYTES &&
    special % 8 === 0;
  if (!isSane) return 'header';
  const stored = checksumAndFlags & 0xffff;
  if (stored === 0) return 'unsummed';
  return stored === pageChecksum(words, at, block) ? undefined : 'checksum';
};

/** Looks at each page of a relation's file while it is read, in pieces of any size. */
export class RelationPages {
  readonly #path: string;
  readonly #relation: RelationFile;
  readonly #tally: PageTally;
  #block: number;
  /** A page that began in an earlier piece. */
  readonly #part: Buffer;
  #filled = 0;

  constructor(path: string, relation: RelationFile, tally: PageTally) {
    this.#path = path;
    this.#relation = relation;
    this.#tally = tally;
    this.#part = tally.part;
    this.#block = relation.segment * SEGMENT_BLOCKS;
  }

  push(piece: Buffer): void {
    let at = this.#filled > 0 ? this.#fill(piece, 0) : 0;
    const whole = Math.floor((piece.length - at) / PAGE_BYTES) * PAGE_BYTES;
    if ((piece.byteOffset + at) % 4 === 0) {
      const words = new Int32Array(piece.buffer, piece.byteOffset + at, whole / 4);
      for (let word = 0; word < words.length; word += PAGE_WORDS) this.#look(words, word);
      at += whole;
    }
    while (at < piece.length) at = this.#fill(piece, at);
  }

  end(): void {
    if (this.#filled > 0) this.#tally.partialPages += 1;
  }

  /** @returns where the next page begins. */
  #fill(piece: Buffer, at: number): number {
    const copied = piece.copy(this.#part, this.#filled, at);
    this.#filled += copied;
    if (this.#filled === PAGE_BYTES) {
      this.#filled = 0;
      this.#look(new Int32Array(this.#part.buffer, this.#part.byteOffset, PAGE_WORDS), 0);
    }
    return at + copied;
  }

  #look(words: Int32Array, at: number): void {
    const tally = this.#tally;
    const block = this.#block;
    tally.pages += 1;
    this.#block += 1;
    const fault = findFault(words, at, block);
    if (fault === undefined) return;
    if (fault === 'empty') {
      tally.emptyPages += 1;
      return;
    }
    const high = words[at] ?? 0;
    const low = words[at + 1] ?? 0;
    tally.suspect({
      fault,
      path: this.#path,
      relation: this.#relation,
      block,
      lsn: (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0),
    });
  }
}
