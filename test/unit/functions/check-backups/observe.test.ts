import { describe, expect, it } from 'vitest';
import {
  createGate,
  observe,
  once,
  TooMuchError,
} from '../../../../functions/check-backups/observe.ts';

const live = new AbortController().signal;
const failing = (name: string) => async () => {
  throw Object.assign(new Error('said the server'), { name });
};

describe('observe', () => {
  it('answers what was seen, or the trouble', async () => {
    expect(await observe(live, async () => 7)).toEqual({ seen: 7 });
    expect(await observe(live, failing('AccessDenied'))).toEqual({
      trouble: { reason: 'access-denied', message: 'AccessDenied: said the server' },
    });
    const tooMuch = await observe(live, async () => {
      throw new TooMuchError('a lot');
    });
    expect(tooMuch).toEqual({ trouble: { reason: 'too-many-objects', message: 'a lot' } });
  });

  it('calls it out of time once time is over, and does not even look', async () => {
    const controller = new AbortController();
    const interrupted = observe(controller.signal, async () => {
      controller.abort();
      throw Object.assign(new Error(), { name: 'AbortError' });
    });
    expect(await interrupted).toMatchObject({ trouble: { reason: 'out-of-time' } });
    let looks = 0;
    await observe(controller.signal, async () => {
      looks += 1;
    });
    expect(looks).toBe(0);
  });
});

describe('createGate', () => {
  it('waits for a place that hangs only once, and goes on with the others', async () => {
    const gate = createGate(live);
    let looks = 0;
    const hang = async () => {
      looks += 1;
      return failing('TimeoutError')();
    };
    expect(await gate('slow', hang)).toMatchObject({ trouble: { reason: 'timeout' } });
    expect(await gate('slow', hang)).toMatchObject({ trouble: { reason: 'timeout' } });
    expect(looks).toBe(1);
    expect(await gate('other', async () => 1)).toEqual({ seen: 1 });
  });

  it('asks again after a quick no', async () => {
    const gate = createGate(live);
    await gate('bucket', failing('AccessDenied'));
    expect(await gate('bucket', async () => 1)).toEqual({ seen: 1 });
  });
});

describe('once', () => {
  it('asks once for each key', async () => {
    const ask = once<number>();
    let asked = 0;
    const next = async () => {
      asked += 1;
      return asked;
    };
    expect(await Promise.all([ask('a', next), ask('a', next), ask('b', next)])).toEqual([1, 1, 2]);
  });
});
