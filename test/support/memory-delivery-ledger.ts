import type { Memory } from '../../functions/deliver-alert/decide-delivery.ts';
import {
  CLAIM_SECONDS,
  type DeliveryLedger,
} from '../../functions/deliver-alert/delivery-ledger.ts';

type Item = { memory?: Memory; owner?: string; until?: number };

/** The ledger without DynamoDB; it passes the same suite as the real one. */
export const createMemoryLedger = (): DeliveryLedger & { items: Map<string, Item> } => {
  const items = new Map<string, Item>();
  return {
    items,
    async claim(key, owner, now) {
      const { memory, until = Number.NEGATIVE_INFINITY } = items.get(key) ?? {};
      const seconds = Math.floor(now.getTime() / 1_000);
      if (until > seconds) return 'busy';
      items.set(key, { memory, owner, until: seconds + CLAIM_SECONDS });
      return { key, owner, memory };
    },
    async settle({ key, owner }, memory) {
      if (items.get(key)?.owner === owner) items.set(key, { memory });
    },
    async release({ key, owner }) {
      const item = items.get(key);
      if (item?.owner === owner) items.set(key, { memory: item.memory });
    },
  };
};
