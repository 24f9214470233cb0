import { createHash } from 'node:crypto';
import type { Copy, Item } from '../../functions/replay-dead-letters/copy.ts';
import type { Archive, Source } from '../../functions/replay-dead-letters/ports.ts';

type Lying = Copy & { visibleAt: number };

type Clock = { ms: number };

/** A queue without SQS: what is received is hidden, and comes back. Passes the same suite as the real one. */
export const createMemoryQueue = (clock: Clock, visibilitySeconds: number) => {
  const lying = new Map<string, Lying>();
  let receipts = 0;
  const find = ({ id, receipt }: Copy) => {
    const found = lying.get(id);
    return found?.receipt === receipt ? found : undefined;
  };
  const visibleNow = () => [...lying.values()].filter(({ visibleAt }) => visibleAt <= clock.ms);
  const put = (id: string, body: string) => {
    lying.set(id, { id, receipt: '', body, attributes: {}, visibleAt: 0 });
  };
  const source: Source = {
    async receive(max, waitSeconds) {
      const visible = visibleNow().slice(0, max);
      if (visible.length === 0) clock.ms += waitSeconds * 1_000;
      return visible.map((copy) => {
        receipts += 1;
        copy.receipt = String(receipts);
        copy.visibleAt = clock.ms + visibilitySeconds * 1_000;
        const { visibleAt: _, ...given } = copy;
        return given;
      });
    },
    async remove(copies) {
      const left = copies.filter((copy) => find(copy) === undefined);
      for (const copy of copies) if (find(copy) !== undefined) lying.delete(copy.id);
      return left;
    },
    async hide(copies, seconds) {
      for (const copy of copies) {
        const found = find(copy);
        if (found !== undefined) found.visibleAt = clock.ms + seconds * 1_000;
      }
    },
    async depth() {
      const visible = visibleNow().length;
      return { visible, inFlight: lying.size - visible, delayed: 0 };
    },
  };
  return { source, put, bodies: () => [...lying.values()].map(({ body }) => body) };
};

/** The archive without S3. */
export const createMemoryArchive = () => {
  const kept = new Set<string>();
  const parked = new Map<string, string>();
  const objects: { name: string; sha256: string; characters: number }[] = [];
  const archive: Archive = {
    async keep(name, items: readonly Item[]) {
      for (const { copy } of items) kept.add(copy.id);
      const object = {
        name,
        sha256: createHash('sha256').update(name).digest('hex'),
        characters: items.reduce((sum, { copy }) => sum + copy.body.length, 0),
      };
      objects.push(object);
      return { address: `s3://archive/${name}`, sha256: object.sha256 };
    },
    async park(_as, _name, some) {
      for (const { item, reason } of some) parked.set(item.key, reason);
    },
  };
  return { archive, kept, parked, objects };
};
