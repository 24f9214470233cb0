/**
 * Further copies of messages that this run leaves in the queue on purpose. The ledger counts each message once;
 * whether a queue holds anything else is a question about copies.
 */
export type LeftAside = {
  /** Until then the copy stays hidden, in milliseconds since 1970. */
  add(copy: string, until: number): void;
  count(now: number): number;
};

export const createLeftAside = (): LeftAside => {
  const copies = new Map<string, number>();
  return {
    add: (copy, until) => void copies.set(copy, until),
    count(now) {
      for (const [copy, until] of copies) if (until <= now) copies.delete(copy);
      return copies.size;
    },
  };
};
