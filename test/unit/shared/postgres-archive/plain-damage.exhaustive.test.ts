import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judgePlain, plainDump, plainDumpNames } from '../../../support/plain-dumps.ts';

const ODD = plainDump('15-odd.sql').toString('latin1');
const replaced = (text: string, before: string, after: string): Buffer => {
  expect(text).toContain(before);
  return Buffer.from(
    text.replace(before, () => after),
    'latin1',
  );
};

describe('damage in a plain dump', () => {
  it.each([
    [
      '2026-01-04\t3',
      '2026-01-043',
      'row 4 has 1 columns instead of 2 in the rows of public.measured_2026',
    ],
    [
      '2026-01-04\t3',
      '2026-01-04\t3\t3',
      'row 4 has 3 columns instead of 2 in the rows of public.measured_2026',
    ],
    [
      '2026-01-04\t3',
      '2026-01-04\\\t3',
      'row 4 has a backslash that escapes nothing in the rows of public.measured_2026',
    ],
    [
      '2026-01-04\t3',
      '2026-01-04\t\0',
      'row 4 with a zero byte in the rows of public.measured_2026',
    ],
    [
      '2026-01-04\t3',
      '2026-01-04\t\xff',
      'row 4 with bytes that are not UTF-8 in the rows of public.measured_2026',
    ],
    [
      '2026-01-04\t3',
      '2026-01-04\t\xc3',
      'row 4 with bytes that are not UTF-8 in the rows of public.measured_2026',
    ],
    [
      '2026-01-10\t9\n\\.',
      '2026-01-10\t9\n',
      'row 11 has 1 columns instead of 2 in the rows of public.measured_2026',
    ],
    [
      'FROM stdin;',
      'FROM stdun;',
      'COPY reads its rows from elsewhere in the rows of Häuser.a,b (c); --',
    ],
    ['FROM stdin;', 'FROM stdin', 'a backslash stands in a statement in the rows of'],
    ['FROM stdin;', 'FROM stdin;1', 'something follows COPY on its line in the rows of'],
    [
      'CREATE SCHEMA sales',
      'CRATE SCHEMA sales',
      'a statement begins with no command of SQL in SCHEMA sales',
    ],
    ['CREATE SCHEMA sales;', '', 'nothing defines it in SCHEMA sales'],
    [
      '    line text\n);',
      '    line text\n;',
      'a statement is not ended before PROCEDURE atomics() in TABLE one_column',
    ],
    [
      '    line text\n);',
      '    line text\n));',
      'a statement closes a parenthesis that it did not open in TABLE one_column',
    ],
    [
      'flag boolean,\n',
      'flag boolean,\n,',
      'a statement has a comma with nothing before it in TABLE empty_table',
    ],
    ['amount numeric\n', '', 'a statement has a comma with nothing behind it in TABLE empty_table'],
    [
      'CREATE SEQUENCE',
      'CREATE\\SEQUENCE',
      'a backslash stands in a statement in SEQUENCE numbers',
    ],
    [
      'CREATE SEQUENCE',
      'CREATE\u0001SEQUENCE',
      'a control character stands outside of strings in SEQUENCE numbers',
    ],
    ['CREATE SEQUENCE', '\\nothing\nCREATE SEQUENCE', 'is no command of psql'],
    [
      "it''s ok",
      "it's ok",
      'a dollar-quoted string that begins at byte 2590 is never ended in TYPE mood',
    ],
    ['COMMIT;', '', 'a transaction is not committed in MATERIALIZED VIEW DATA counted'],
    [
      "lo_close(0);\n\nSELECT pg_catalog.lo_open('1002'",
      "xx_close(0);\n\nSELECT pg_catalog.lo_open('1002'",
      'large object 1001 is not closed',
    ],
    ['$_$ begin', '$__$ begin', 'a dollar-quoted string that begins at byte 2486 is never ended'],
  ])('%j for %j: %s', (before, after, words) => {
    const verdict = judgePlain(replaced(ODD, before, after));
    expect(verdict).toMatch(/^corrupt: /);
    expect(verdict).toContain(words);
  });

  it.each([
    ["(2, '\\.', ''),", "(2, '\\.'),", 'a statement has 2 values instead of 3 in a row'],
    ["(2, '\\.', ''),", "(2, '\\.', '')", 'a statement has two rows without a comma between'],
    [
      "('2026-01-10', 9)",
      "('2026-01-10')",
      'row 10 has 1 values instead of 2 in the rows of public.measured_2026',
    ],
    [
      'INSERT INTO public.no_columns DEFAULT VALUES;',
      'INSERT INTO public.no_columns VALUES;',
      'an INSERT has no values',
    ],
  ])('in INSERTs: %j for %j: %s', (before, after, words) => {
    const text = plainDump('15-rows-per-insert.sql').toString('latin1');
    expect(judgePlain(replaced(text, before, after))).toMatch(/^corrupt: /);
    expect(judgePlain(replaced(text, before, after))).toContain(words);
  });

  it('is none where a role or a password is odd, and is told without quoting it', () => {
    const cluster = plainDump('cluster.sql').toString('latin1');
    const secret = "ALTER ROLE postgres WITH PASSWORD 'SCRAM-SHA-256$secret'\n";
    const verdict = judgePlain(replaced(cluster, 'ALTER ROLE', `${secret}ALTER ROLE`));
    expect(verdict).not.toContain('secret');
  });

  /** What is left out: a line that nothing else tells of. */
  it('by a line that is gone is found, but for lines that nothing else tells of', () => {
    const lines = plainDump('cluster.sql').toString('latin1').split('\n');
    const silent = lines.filter((_, index) => {
      const rest = lines.filter((_, other) => other !== index).join('\n');
      return judgePlain(Buffer.from(rest, 'latin1')) === 'pass';
    });
    const telling = silent.filter((line) => !/^(--.*|SET .*|)$/.test(line));
    expect(telling.map((line) => line.slice(0, 22))).toEqual([
      'CREATE ROLE postgres;',
      'ALTER ROLE postgres WI',
      'SELECT pg_catalog.set_',
      'SELECT pg_catalog.set_',
      'ALTER DATABASE mailbla',
      'SELECT pg_catalog.set_',
      '    id integer NOT NUL',
      'ALTER TABLE public.cam',
      '1\t--\\n-- PostgreSQL da',
      '2\t\\\\restrict abc',
      '3\tGr\xc3\xbc\xc3\x9fe',
      'SELECT pg_catalog.set_',
    ]);
  });
});

describe('a plain dump', () => {
  const dumps = plainDumpNames.map(plainDump);
  const small = fc.constantFrom(...dumps.filter(({ length }) => length < 6_000));
  const cuts = fc.array(fc.nat(6_000), { maxLength: 40 });

  it('is judged the same however its bytes arrive', () => {
    const flip = fc.record({ at: fc.nat(6_000), byte: fc.nat(255) });
    fc.assert(
      fc.property(small, fc.option(flip), cuts, (dump, change, at) => {
        const bytes = Buffer.from(dump);
        if (change !== null) bytes[change.at % bytes.length] = change.byte;
        const sorted = at.map((cut) => Math.min(cut, bytes.length)).sort((a, b) => a - b);
        expect(judgePlain(bytes, sorted)).toBe(judgePlain(bytes));
      }),
      { numRuns: 400 },
    );
  });

  it('byte by byte is what it is as a whole', () => {
    for (const dump of dumps.filter(({ length }) => length < 4_500)) {
      const each = Array.from({ length: dump.length }, (_, index) => index);
      expect(judgePlain(dump, each)).toBe('pass');
    }
  });

  it('of any bytes crashes nothing', () => {
    const head = plainDump('database.sql').subarray(0, 700);
    const text = fc.string({ unit: fc.constantFrom(...'\\$\'"-/*();,\n\tE1aà.'), maxLength: 400 });
    fc.assert(
      fc.property(
        fc.oneof(fc.uint8Array({ maxLength: 900 }), text),
        fc.boolean(),
        (tail, isDump) => {
          const bytes = typeof tail === 'string' ? Buffer.from(tail) : Buffer.from(tail);
          expect(judgePlain(isDump ? Buffer.concat([head, bytes]) : bytes)).not.toBe('pass');
        },
      ),
      { numRuns: 1_000 },
    );
  });
});
