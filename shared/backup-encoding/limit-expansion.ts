import type { ByteSource } from './byte-source.ts';
import { NotJudgedError } from './damage-error.ts';

export type ExpansionLimits = {
  /** Plain bytes for each stored one, once there are more than `freeBytes` of them. */
  ratio: number;
  freeBytes: number;
};

/**
 * A gigabyte is read in seconds whatever it was made from. Beyond it gzip cannot exceed 1,032 and lz4 255;
 * zstd and xz reach some thousands with a table of equal rows, and a bomb, a hundred thousand and more.
 */
export const EXPANSION_LIMITS: ExpansionLimits = { ratio: 20_000, freeBytes: 1024 ** 3 };

/** Counts what is stored and what comes out under all layers, and stops what expands beyond all measure. */
export const limitExpansion = (
  stored: ByteSource,
  { ratio, freeBytes }: ExpansionLimits = EXPANSION_LIMITS,
): { stored: AsyncGenerator<Buffer>; limit: (plain: ByteSource) => AsyncGenerator<Buffer> } => {
  let storedBytes = 0;
  const counted = async function* (): AsyncGenerator<Buffer> {
    for await (const piece of stored) {
      storedBytes += piece.length;
      yield piece;
    }
  };
  const limit = async function* (plain: ByteSource): AsyncGenerator<Buffer> {
    let plainBytes = 0;
    for await (const piece of plain) {
      plainBytes += piece.length;
      if (plainBytes > freeBytes && plainBytes > storedBytes * ratio) {
        throw new NotJudgedError(
          'over-limit',
          `the first ${storedBytes} bytes expand to more than ${freeBytes}, over ${ratio} for each: it is left unread`,
        );
      }
      yield piece;
    }
  };
  return { stored: counted(), limit };
};
