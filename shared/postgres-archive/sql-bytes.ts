/** What a byte of SQL can mean outside of strings and comments. Source: psqlscan.l. */
export const BYTE = {
  operator: 0,
  blank: 1,
  word: 2,
  quote: 3,
  doubleQuote: 4,
  dollar: 5,
  dash: 6,
  slash: 7,
  backslash: 8,
  open: 9,
  close: 10,
  semicolon: 11,
  comma: 12,
  control: 13,
  openBracket: 14,
  closeBracket: 15,
  brace: 16,
} as const;

const PUNCTUATION: [character: string, kind: number][] = [
  ["'", BYTE.quote],
  ['"', BYTE.doubleQuote],
  ['$', BYTE.dollar],
  ['-', BYTE.dash],
  ['/', BYTE.slash],
  ['\\', BYTE.backslash],
  ['(', BYTE.open],
  [')', BYTE.close],
  [';', BYTE.semicolon],
  [',', BYTE.comma],
  ['[', BYTE.openBracket],
  [']', BYTE.closeBracket],
  // Not even an operator may have one.
  ['{', BYTE.brace],
  ['}', BYTE.brace],
];

const isWord = (byte: number): boolean =>
  byte >= 0x80 || /[A-Za-z0-9_]/.test(String.fromCharCode(byte));

const makeKinds = (): Uint8Array => {
  const kinds = new Uint8Array(256).fill(BYTE.operator);
  for (let byte = 0; byte < 256; byte += 1) {
    if (byte < 32 || byte === 127) kinds[byte] = BYTE.control;
    if (isWord(byte)) kinds[byte] = BYTE.word;
  }
  for (const blank of ' \t\n\r\f\v') kinds[blank.charCodeAt(0)] = BYTE.blank;
  for (const [character, kind] of PUNCTUATION) kinds[character.charCodeAt(0)] = kind;
  return kinds;
};

/** The kind of each byte. */
export const KINDS = makeKinds();
