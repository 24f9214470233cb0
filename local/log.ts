/** Tells a person what goes on, a line at a time. */
export type Log = (line: string) => void;

/** Lines with the seconds since the start, so that what takes long is seen while it does. */
export const createProgressLog = (write: (line: string) => void = console.log): Log => {
  const start = performance.now();
  return (line) =>
    write(`[${((performance.now() - start) / 1_000).toFixed(1).padStart(5)} s] ${line}`);
};
