import { describe, expect, it } from 'vitest';
import { readCopyStatement } from '../../../../shared/postgres-archive/copy-columns.ts';

describe('the columns of COPY', () => {
  it.each([
    ['COPY public.customers (id, name) FROM stdin;\n', 2],
    ['COPY "Häu(s),er"."a ""b"" (c)" ("x, y", "(z", "q"")") FROM stdin;\n', 3],
    ['COPY public.one (id) FROM stdin;\n', 1],
    ['COPY public.none  FROM stdin;\n', undefined],
    ['SELECT 1', undefined],
    ['', undefined],
  ])('are counted in %j', (statement, columns) => {
    expect(readCopyStatement(statement)?.columns).toBe(columns);
  });
});
