/** Bytes on their way: pieces of any size, in order. */
export type ByteSource = AsyncIterable<Buffer> | AsyncGenerator<Buffer>;

/** The first bytes of a source (fewer if it is shorter), and a source that still begins with them. */
export const peek = async (
  source: ByteSource,
  count: number,
): Promise<{ head: Buffer; source: ByteSource }> => {
  const iterator = source[Symbol.asyncIterator]();
  const seen: Buffer[] = [];
  let length = 0;
  while (length < count) {
    const { done, value } = await iterator.next();
    if (done) break;
    seen.push(value);
    length += value.length;
  }
  const whole = async function* (): AsyncGenerator<Buffer> {
    try {
      yield* seen.splice(0);
      for (let piece = await iterator.next(); !piece.done; piece = await iterator.next()) {
        yield piece.value;
      }
    } finally {
      // Leaving early must also end what feeds this source.
      await iterator.return?.();
    }
  };
  return { head: Buffer.concat(seen).subarray(0, count), source: whole() };
};

/** Ends a source that nobody reads on, and with it what feeds it. It does not wait for that. */
export const endSource = (source: ByteSource): void => {
  if ('return' in source) source.return(undefined).catch(() => undefined);
};
