import { expect, it } from 'vitest';
import { outermost } from '../../../../shared/postgres-wal/outermost.ts';

const part = (first: string, last: string) => ({ first, last });

it('keeps the parts that lie in no other one, in their order, and of equal ones the first', () => {
  const [whole, same, inner, apart] = [
    part('16', '19'),
    part('16', '19'),
    part('17', '18'),
    part('21', '21'),
  ];
  const kept = outermost([apart, inner, whole, same]);
  expect(kept).toEqual([apart, whole]);
  expect(kept[1]).toBe(whole);
  expect(outermost([part('13', '15'), part('15', '16')])).toHaveLength(2);
});

it('takes no time that grows with the square of their number', () => {
  const many = Array.from({ length: 30_000 }, (_, index) => {
    const name = String(index).padStart(6, '0');
    return part(name, name);
  });
  const started = performance.now();
  expect(outermost(many)).toHaveLength(30_000);
  expect(performance.now() - started).toBeLessThan(1_000);
});
