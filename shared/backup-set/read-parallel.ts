/**
 * Does a piece of work for each item, several at once, begun in order. The first failure ends it: nothing
 * new is begun, `signal` tells what is under way, and it is thrown when all of that has ended.
 */
export const readParallel = async <T>(
  items: Iterable<T>,
  parallel: number,
  work: (item: T, signal: AbortSignal) => Promise<void>,
): Promise<void> => {
  const stop = new AbortController();
  const queue = items[Symbol.iterator]();
  let failure: { error: unknown } | undefined;
  const worker = async (): Promise<void> => {
    for (let next = queue.next(); !next.done && !failure; next = queue.next()) {
      try {
        await work(next.value, stop.signal);
      } catch (error) {
        failure ??= { error };
        stop.abort();
      }
    }
  };
  await Promise.all(Array.from({ length: parallel }, worker));
  if (failure !== undefined) throw failure.error;
};
