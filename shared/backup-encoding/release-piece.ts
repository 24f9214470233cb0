/** Smaller buffers may be slices of one that Node shares, and cost little. */
const WORTH_IT_BYTES = 512 * 1024;

/**
 * Gives back at once the memory of a piece that its last reader has finished with.
 *
 * Left to themselves all pieces of a backup pass through V8's external memory, which answers with a
 * full collection for every few of them: a third of the processor time of a verification, measured.
 * Only a piece that is the whole of its buffer is given back, so never what somebody else still holds.
 */
export const releasePiece = (
  { buffer, byteOffset, length }: Uint8Array,
  leastBytes = WORTH_IT_BYTES,
): void => {
  const isWhole = byteOffset === 0 && length === buffer.byteLength;
  if (isWhole && length >= leastBytes && buffer instanceof ArrayBuffer) buffer.transfer(0);
};
