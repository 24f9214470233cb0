const PRIME_1 = 0x9e3779b1 | 0;
const PRIME_2 = 0x85ebca77 | 0;
const PRIME_3 = 0xc2b2ae3d | 0;
const PRIME_4 = 0x27d4eb2f;
const PRIME_5 = 0x165667b1;
const STRIPE_BYTES = 16;

const rotate = (value: number, bits: number): number => (value << bits) | (value >>> (32 - bits));
const round = (lane: number, input: number): number =>
  Math.imul(rotate((lane + Math.imul(input, PRIME_2)) | 0, 13), PRIME_1);

/**
 * XXH32 with seed 0, over bytes that come in any pieces. It is what LZ4 frames are checked with.
 * Source: the xxHash specification, xxhash_spec.md, "XXH32 Algorithm Description".
 */
export class Xxhash32 {
  #one = (PRIME_1 + PRIME_2) | 0;
  #two = PRIME_2;
  #three = 0;
  #four = -PRIME_1 | 0;
  #length = 0;
  /** The begun stripe: `#length % 16` bytes of it are filled. */
  readonly #rest = Buffer.alloc(STRIPE_BYTES);

  update(bytes: Buffer): this {
    const begun = this.#length % STRIPE_BYTES;
    this.#length += bytes.length;
    let at = 0;
    if (begun > 0) {
      at = bytes.copy(this.#rest, begun);
      if (begun + at < STRIPE_BYTES) return this;
      this.#stripes(this.#rest, 0);
    }
    bytes.copy(this.#rest, 0, this.#stripes(bytes, at));
    return this;
  }

  /** An unsigned 32-bit number. More may be hashed afterwards. */
  digest(): number {
    const rest = this.#rest.subarray(0, this.#length % STRIPE_BYTES);
    let hash =
      this.#length >= STRIPE_BYTES
        ? rotate(this.#one, 1) +
          rotate(this.#two, 7) +
          rotate(this.#three, 12) +
          rotate(this.#four, 18)
        : PRIME_5;
    hash = (hash + this.#length) | 0;
    let at = 0;
    for (; at + 4 <= rest.length; at += 4) {
      hash = (hash + Math.imul(rest.readInt32LE(at), PRIME_3)) | 0;
      hash = Math.imul(rotate(hash, 17), PRIME_4);
    }
    for (; at < rest.length; at += 1) {
      hash = (hash + Math.imul(rest.readUInt8(at), PRIME_5)) | 0;
      hash = Math.imul(rotate(hash, 11), PRIME_1);
    }
    hash = Math.imul(hash ^ (hash >>> 15), PRIME_2);
    hash = Math.imul(hash ^ (hash >>> 13), PRIME_3);
    return (hash ^ (hash >>> 16)) >>> 0;
  }

  /** All whole stripes from `at` on; answers where they end. Local variables: fields are slower by half. */
  #stripes(bytes: Buffer, at: number): number {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    let one = this.#one;
    let two = this.#two;
    let three = this.#three;
    let four = this.#four;
    let next = at;
    for (; next + STRIPE_BYTES <= bytes.length; next += STRIPE_BYTES) {
      one = round(one, view.getInt32(next, true));
      two = round(two, view.getInt32(next + 4, true));
      three = round(three, view.getInt32(next + 8, true));
      four = round(four, view.getInt32(next + 12, true));
    }
    this.#one = one;
    this.#two = two;
    this.#three = three;
    this.#four = four;
    return next;
  }
}

export const xxhash32 = (bytes: Buffer): number => new Xxhash32().update(bytes).digest();
