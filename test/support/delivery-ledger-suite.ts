import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Memory } from '../../functions/deliver-alert/decide-delivery.ts';
import {
  CLAIM_SECONDS,
  type Claim,
  type DeliveryLedger,
} from '../../functions/deliver-alert/delivery-ledger.ts';

const NOW = new Date('2026-03-02T02:05:00.000Z');
const later = (seconds: number): Date => new Date(NOW.getTime() + seconds * 1_000);

const memory: Memory = {
  deliveryId: 'a/b/c',
  observedAt: '2026-03-02T02:05:00.000Z',
  resolved: false,
  credentials: ['0123456789ab'],
};

/** What every ledger of deliveries promises. */
export const describeDeliveryLedger = (name: string, create: () => Promise<DeliveryLedger>) => {
  const claimed = async (ledger: DeliveryLedger, key: string, owner: string, now = NOW) => {
    const claim = await ledger.claim(key, owner, now);
    if (claim === 'busy') throw new Error('the claim is taken');
    return claim satisfies Claim;
  };

  describe(`${name}, as a ledger of deliveries`, () => {
    it('knows nothing of what was never told', async () => {
      const { memory: known } = await claimed(await create(), randomUUID(), 'one');
      expect(known).toBeUndefined();
    });

    it('gives a claim to one of many', async () => {
      const ledger = await create();
      const key = randomUUID();
      const claims = await Promise.all(
        ['one', 'two', 'three', 'four'].map((owner) => ledger.claim(key, owner, NOW)),
      );
      expect(claims.filter((claim) => claim !== 'busy')).toHaveLength(1);
    });

    it('remembers what was settled, and the claim is free again', async () => {
      const ledger = await create();
      const key = randomUUID();
      await ledger.settle(await claimed(ledger, key, 'one'), memory, NOW);
      expect((await claimed(ledger, key, 'two')).memory).toEqual(memory);
    });

    it('frees a claim that was given back, and remembers nothing new', async () => {
      const ledger = await create();
      const key = randomUUID();
      await ledger.settle(await claimed(ledger, key, 'one'), memory, NOW);
      await ledger.release(await claimed(ledger, key, 'two'));
      expect((await claimed(ledger, key, 'three')).memory).toEqual(memory);
    });

    it('lets a claim go whose owner was never heard of again, not sooner', async () => {
      const ledger = await create();
      const key = randomUUID();
      await claimed(ledger, key, 'crashed');
      expect(await ledger.claim(key, 'early', later(CLAIM_SECONDS - 1))).toBe('busy');
      expect(await ledger.claim(key, 'next', later(CLAIM_SECONDS))).not.toBe('busy');
    });

    it('takes nothing from an owner who lost the claim', async () => {
      const ledger = await create();
      const key = randomUUID();
      const lost = await claimed(ledger, key, 'slow');
      const current = await claimed(ledger, key, 'next', later(CLAIM_SECONDS));
      await ledger.settle(lost, { ...memory, deliveryId: 'late' }, later(CLAIM_SECONDS));
      await ledger.release(lost);
      expect(await ledger.claim(key, 'third', later(CLAIM_SECONDS))).toBe('busy');
      await ledger.settle(current, memory, later(CLAIM_SECONDS));
      expect((await claimed(ledger, key, 'fourth', later(CLAIM_SECONDS))).memory).toEqual(memory);
    });

    it('keeps channels and incidents apart', async () => {
      const ledger = await create();
      const key = randomUUID();
      await claimed(ledger, `slack/${key}`, 'one');
      expect(await ledger.claim(`email/${key}`, 'two', NOW)).not.toBe('busy');
    });
  });
};
