import { describe, expect, it } from 'vitest';
import { decideArrival } from '../../../../functions/verify-backup/decide-arrival.ts';

const now = new Date('2026-11-21T03:00:00Z');
const when = (seconds: number, isWhole = true, settleSeconds = 300) =>
  decideArrival({
    newestAt: new Date(now.getTime() - seconds * 1000),
    isWhole,
    settleSeconds,
    now,
  });

describe('the arrival of a folder', () => {
  it('is over when nothing came for a while', () => {
    expect(when(300)).toEqual({ decision: 'judge' });
    expect(when(299)).toEqual({ decision: 'wait', seconds: 1 });
    expect(when(0)).toEqual({ decision: 'wait', seconds: 300 });
  });

  it('takes longer where something is missing, in steps that SQS can wait', () => {
    expect(when(0, false)).toEqual({ decision: 'wait', seconds: 900 });
    expect(when(1700, false)).toEqual({ decision: 'wait', seconds: 100 });
    expect(when(1800, false)).toEqual({ decision: 'judge' });
  });

  it('never waits longer than SQS can, by a clock that runs ahead', () => {
    expect(when(-100_000)).toEqual({ decision: 'wait', seconds: 900 });
  });

  it('is over at once where nothing need settle', () => {
    expect(when(0, false, 0)).toEqual({ decision: 'judge' });
  });
});
