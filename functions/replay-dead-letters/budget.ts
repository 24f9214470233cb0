/** How many messages a run may still send, shared by its writers. */
export type Budget = {
  /** Sets up to `wanted` aside. */
  take(wanted: number): number;
  /** Returns what was set aside and not used. */
  giveBack(count: number): void;
  isUsedUp(): boolean;
};

export const createBudget = (left: number): Budget => {
  let rest = left;
  return {
    take(wanted) {
      const taken = Math.max(0, Math.min(wanted, rest));
      rest -= taken;
      return taken;
    },
    giveBack(count) {
      rest += count;
    },
    isUsedUp: () => rest <= 0,
  };
};
