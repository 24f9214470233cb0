import { describe, expect, it } from 'vitest';
import { decideDuplicates } from '../../../../functions/check-dead-letters/decide-duplicates.ts';
import type { DuplicateRows } from '../../../../functions/check-dead-letters/duplicate-rows.ts';
import type { DuplicatePolicy } from '../../../../shared/plan/plan.ts';

const POLICY: DuplicatePolicy = {
  database: { from: 'ssm', name: '/receiver' },
  query: 'SELECT 1',
  severity: 'critical',
};
const judge = (...rows: DuplicateRows) => decideDuplicates(POLICY, { rows });

describe('duplicates in the receiver', () => {
  it('pass where there is no row', () => {
    expect(judge()).toMatchObject({
      check: 'webhook-duplicates',
      verdict: 'pass',
      reason: 'none',
      measurements: [{ name: 'duplicates', value: 0, unit: 'messages' }],
    });
  });

  it('fail with their ids and how often each is there', () => {
    expect(judge(['a', '3'], ['b', '2'])).toMatchObject({
      verdict: 'fail',
      severity: 'critical',
      reason: 'duplicates',
      summary: 'the receiver holds 2 messages more than once: a (3 times), b (2 times)',
      observed: { duplicates: 2, mayBeMore: false },
    });
    expect(judge(['a']).summary).toBe('the receiver holds 1 message more than once: a');
  });

  it('are shown as far as ten of them, each on one line and short', () => {
    const { summary } = judge(
      ...Array.from({ length: 11 }, (_, n): [string] => [`${n}\n${'é'.repeat(200)}`]),
    );
    expect(summary).toMatch(/^the receiver holds 11 messages more than once: 0 é{45}…, .*…, …$/);
    expect(summary).not.toContain('10 é');
    expect(summary.length).toBeLessThan(1_000);
  });

  it('are at least as many as were read', () => {
    const hundred = Array.from({ length: 100 }, (_, n): [string] => [`${n}`]);
    expect(judge(...hundred)).toMatchObject({
      summary: expect.stringContaining('at least 100 messages'),
      observed: { duplicates: 100, mayBeMore: true },
    });
  });

  it.each<[string, DuplicateRows]>([
    ['no count', [['a', 'b']]],
    ['no count', [['a', null]]],
    ['no count', [['a', '0']]],
    ['HAVING', [['a', '1']]],
    ['without an id', [[null, '7']]],
  ])('are not known where the query gives what is no duplicate: %s', (why, rows) => {
    expect(judge(...rows)).toMatchObject({
      verdict: 'unknown',
      reason: 'query-unfit',
      summary: expect.stringContaining(why),
    });
  });

  it('are told beside rows without an id', () => {
    expect(judge([null, '7'], ['a', '2'])).toMatchObject({
      verdict: 'fail',
      observed: { duplicates: 1 },
    });
  });

  it.each(['no-connection', 'query-refused'] as const)('are not known by %s', (reason) => {
    const judged = decideDuplicates(POLICY, { failure: { reason, detail: 'it is so' } });
    expect(judged).toMatchObject({ verdict: 'unknown', reason });
    expect(judged.summary).toContain('(ssm:/receiver) did not say what is there twice: it is so');
    expect(judged.action).not.toBe('');
  });
});
