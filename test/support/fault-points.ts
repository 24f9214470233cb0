/** Counts the moments before and after every call to the world, and ends the process at one of them. */
export type FaultPoints = {
  /** Passed so far. */
  count: number;
  hit: () => Promise<void>;
  /** Settles when the process has died. */
  killed: Promise<'killed'>;
};

/** A promise of its own each time: one for all would hold on to every process that ever died. */
const never = () => new Promise<never>(() => {});

/**
 * @param killAt the point, counted from 1, at which the process dies. It makes no call after that; a call
 *   that another part of it had begun may still take effect, as a request on its way does.
 * @param kill what dying is; without it nothing more happens.
 */
export const createFaultPoints = (killAt: number, kill?: () => void): FaultPoints => {
  const { promise: killed, resolve } = Promise.withResolvers<'killed'>();
  const faults: FaultPoints = {
    count: 0,
    killed,
    async hit() {
      faults.count += 1;
      if (faults.count < killAt) return;
      kill?.();
      resolve('killed');
      await never();
    },
  };
  return faults;
};

type Call = (...args: never[]) => Promise<unknown>;

/** The same port, with a point before and one after each of its calls. */
export const withFaultPoints = <Port extends Record<string, Call>>(
  faults: FaultPoints,
  port: Port,
): Port =>
  new Proxy(port, {
    get(target, name) {
      const call: unknown = Reflect.get(target, name);
      if (typeof call !== 'function') return call;
      return async (...args: unknown[]) => {
        await faults.hit();
        const result: unknown = await Reflect.apply(call, target, args);
        await faults.hit();
        return result;
      };
    },
  });
