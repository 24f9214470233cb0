import { describe, expect, it } from 'vitest';
import {
  decideDelivery,
  type Memory,
  remember,
} from '../../../../functions/deliver-alert/decide-delivery.ts';

const request = (minute: number, action: 'open' | 'repeat' | 'escalate' | 'resolve' = 'open') => ({
  deliveryId: `alert/${minute}/${action}/slack`,
  action,
  observedAt: `2026-03-02T02:0${minute}:00.000Z`,
});

const told = (...requests: ReturnType<typeof request>[]): Memory | undefined =>
  requests.reduce<Memory | undefined>((memory, one) => remember(memory, one, undefined), undefined);

describe('decideDelivery', () => {
  it('delivers what nobody was told', () => {
    expect(decideDelivery(undefined, request(1), false)).toEqual({ ruling: 'deliver' });
  });

  it('drops what was told', () => {
    expect(decideDelivery(told(request(1)), request(1), false)).toEqual({
      ruling: 'drop',
      reason: 'already-told',
    });
  });

  it('delivers what came since, also of the same moment', () => {
    expect(decideDelivery(told(request(1)), request(2, 'repeat'), false).ruling).toBe('deliver');
    expect(decideDelivery(told(request(1)), request(1, 'escalate'), false).ruling).toBe('deliver');
  });

  it.each(['open', 'repeat', 'escalate'] as const)('drops %s after something newer', (action) => {
    expect(decideDelivery(told(request(2, 'escalate')), request(1, action), false)).toEqual({
      ruling: 'drop',
      reason: 'superseded',
    });
  });

  it.each(['open', 'repeat', 'escalate'] as const)('drops %s after the resolve', (action) => {
    const memory = told(request(1), request(2, 'resolve'));
    expect(decideDelivery(memory, request(3, action), true)).toEqual({
      ruling: 'drop',
      reason: 'already-resolved',
    });
  });

  it('lets a resolve wait for its opening, but not past its last receive', () => {
    expect(decideDelivery(undefined, request(2, 'resolve'), false)).toEqual({
      ruling: 'wait',
      reason: 'opening-not-told-yet',
    });
    expect(decideDelivery(undefined, request(2, 'resolve'), true).ruling).toBe('deliver');
  });

  it('never holds a resolve for older than what was told', () => {
    expect(decideDelivery(told(request(3)), request(2, 'resolve'), false).ruling).toBe('deliver');
  });
});

describe('remember', () => {
  it('collects the credentials that were used, each once', () => {
    const one = remember(undefined, request(1), 'a');
    const two = remember(one, request(2), 'b');
    expect(remember(two, request(3), 'a').credentials).toEqual(['a', 'b']);
  });
});
