import { isUtf8 } from 'node:buffer';

const NEWLINE = 10;
/** The longest character of UTF-8 but one byte. */
const CARRIED_BYTES = 3;

/** `before` is how many line ends stand between the last place that was checked and the fault. */
export type TextFault = { what: string; position: number; before: number };

const widthOf = (lead: number): number =>
  lead < 0x80 ? 1 : lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;

/** How many bytes at the end are the beginning of a character. */
const countUnfinished = (text: Buffer): number => {
  for (let count = 1; count <= Math.min(CARRIED_BYTES, text.length); count += 1) {
    const byte = text[text.length - count] ?? 0;
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) return widthOf(byte) > count ? count : 0;
  }
  return 0;
};

/** Where the first byte is that is no UTF-8; -1 where all is. A line end is within no character. */
const findNoUtf8 = (text: Buffer): number => {
  if (isUtf8(text)) return -1;
  let line = 0;
  for (let end = 0; ; line = end) {
    end = text.indexOf(NEWLINE, line) + 1;
    if (end === 0 || !isUtf8(text.subarray(line, end))) break;
  }
  for (let at = line; ; ) {
    const next = at + widthOf(text[at] ?? 0);
    if (next > text.length || !isUtf8(text.subarray(at, next))) return at;
    at = next;
  }
};

const countLines = (text: Buffer): number => {
  let lines = 0;
  for (let at = text.indexOf(NEWLINE); at !== -1; at = text.indexOf(NEWLINE, at + 1)) lines += 1;
  return lines;
};

/**
 * Whether bytes are text: no zero byte, and where the dump says so, UTF-8. Both are looked for by native
 * code, a gigabyte in some hundredths of a second.
 */
export class TextCheck {
  isUtf8 = false;
  #passed = 0;
  /** The beginning of a character, from the end of the last piece. */
  #carried = Buffer.alloc(0);

  /**
   * Takes up where the last call ended, and names the first fault.
   *
   * @param isEnd nothing of the last character follows.
   */
  check(bytes: Buffer, isEnd: boolean): TextFault | undefined {
    const text = this.#carried.length === 0 ? bytes : Buffer.concat([this.#carried, bytes]);
    const unfinished = isEnd || !this.isUtf8 ? 0 : countUnfinished(text);
    const zero = text.indexOf(0);
    const noUtf8 = this.isUtf8 ? findNoUtf8(text.subarray(0, text.length - unfinished)) : -1;
    if (zero === -1 && noUtf8 === -1) {
      this.#passed += text.length - unfinished;
      this.#carried = Buffer.from(text.subarray(text.length - unfinished));
      return undefined;
    }
    const isZero = noUtf8 === -1 || (zero !== -1 && zero < noUtf8);
    const at = isZero ? zero : noUtf8;
    return {
      what: isZero ? 'a zero byte' : 'bytes that are not UTF-8',
      position: this.#passed + at,
      before: countLines(text.subarray(0, at)),
    };
  }
}
