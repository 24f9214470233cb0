import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib';

const MAX_TEXT = { maxOutputLength: 1024 ** 2 };

/** Node has no more than these; the others stay unread, which is said. */
const DECOMPRESS: Readonly<Record<string, (bytes: Uint8Array) => Uint8Array>> = {
  gz: (bytes) => gunzipSync(bytes, MAX_TEXT),
  br: (bytes) => brotliDecompressSync(bytes, MAX_TEXT),
  zst: (bytes) => zstdDecompressSync(bytes, MAX_TEXT),
};

/** Whether {@link textOf} opens a compression, by its suffix without the dot. */
export const isOpened = (compression: string | undefined): boolean =>
  compression === undefined || compression in DECOMPRESS;

/** The text of a `.history` or `.backup` file. @throws where it cannot be decompressed. */
export const textOf = (bytes: Uint8Array, compression: string | undefined): string => {
  const open = compression === undefined ? undefined : DECOMPRESS[compression];
  return Buffer.from(open === undefined ? bytes : open(bytes)).toString('utf8');
};
