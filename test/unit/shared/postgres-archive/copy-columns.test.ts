import { describe, expect, it } from 'vitest';
import { countCopyColumns, FirstRow } from '../../../../shared/postgres-archive/copy-columns.ts';

describe('the columns of COPY', () => {
  it.each([
    ['COPY public.customers (id, name) FROM stdin;\n', 2],
    ['COPY "Häu(s),er"."a ""b"" (c)" ("x, y", "(z", "q"")") FROM stdin;\n', 3],
    ['COPY public.one (id) FROM stdin;\n', 1],
    ['COPY public.none  FROM stdin;\n', undefined],
    ['SELECT 1', undefined],
    ['', undefined],
  ])('are counted in %j', (statement, columns) => {
    expect(countCopyColumns(statement)).toBe(columns);
  });

  it.each([
    ['1\tone\n2\ttwo\n\\.\n\n\n', 2],
    ['1\n\\.\n\n\n', 1],
    ['\n\\.\n\n\n', 1],
    ['\\.\n\n\n', undefined],
    ['\\\\.\n\\.\n\n\n', 1],
    ['cut', undefined],
  ])('are counted in the first row of %j, in pieces of any size', (rows, columns) => {
    for (const size of [1, 2, 3, 100]) {
      const first = new FirstRow();
      for (let at = 0; at < rows.length; at += size) {
        first.push(Buffer.from(rows.slice(at, at + size)));
      }
      expect(first.columns).toBe(columns);
    }
  });
});
