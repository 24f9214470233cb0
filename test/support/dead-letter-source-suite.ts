import { describe, expect, it } from 'vitest';
import type { Source } from '../../functions/replay-dead-letters/ports.ts';

/** What every queue of dead letters promises. */
export const describeSource = (
  name: string,
  create: (bodies: readonly string[]) => Promise<Source>,
) => {
  describe(`${name}, as a source of dead letters`, () => {
    it('hides what it gave, and says so', async () => {
      const source = await create(['a', 'b', 'c']);
      const copies = await source.receive(2, 0);
      expect(copies).toHaveLength(2);
      expect(await source.receive(10, 0)).toHaveLength(1);
      expect(await source.receive(10, 0)).toEqual([]);
      expect(await source.depth()).toEqual({ visible: 0, inFlight: 3, delayed: 0 });
    });

    it('gives back at once what is no longer hidden, under the same id', async () => {
      const source = await create(['a']);
      const first = await source.receive(10, 0);
      await source.hide(first, 0);
      const second = await source.receive(10, 0);
      expect(second.map(({ id, body }) => [id, body])).toEqual(
        first.map(({ id, body }) => [id, body]),
      );
    });

    it('removes for ever, more than ten at once, and says what it did not remove', async () => {
      const source = await create(Array.from({ length: 12 }, (_, index) => `body ${index}`));
      const copies = [...(await source.receive(10, 0)), ...(await source.receive(10, 0))];
      expect(await source.remove(copies)).toEqual([]);
      expect(await source.depth()).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
      expect(await source.remove(copies.slice(0, 2))).toEqual(copies.slice(0, 2));
    });
  });
};
