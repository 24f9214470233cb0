/** Bytes in pieces of a size, as a network delivers them. */
export async function* inPieces(bytes: Buffer, size = 1000): AsyncGenerator<Buffer> {
  for (let first = 0; first < bytes.length; first += size)
    yield bytes.subarray(first, first + size);
}

export const collect = async (source: AsyncIterable<Buffer>): Promise<Buffer> => {
  const pieces: Buffer[] = [];
  for await (const piece of source) pieces.push(piece);
  return Buffer.concat(pieces);
};
