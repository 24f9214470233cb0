import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CopyRows, type CopyRowsOptions } from '../../../../shared/postgres-archive/copy-rows.ts';

const read = (text: string | Buffer, options: CopyRowsOptions = {}, cuts: number[] = []) => {
  const bytes = Buffer.from(text);
  const rows = new CopyRows(options);
  let stopped = -1;
  let start = 0;
  for (const end of [...cuts, bytes.length]) {
    const piece = bytes.subarray(start, end);
    const at = rows.push(piece);
    if (rows.isEnded || rows.fault !== undefined) {
      stopped = start + at;
      break;
    }
    start = end;
  }
  return { rows: rows.rows, bytes: rows.bytes, ended: rows.isEnded, fault: rows.fault, stopped };
};

describe('the rows of COPY', () => {
  it('are counted up to the line that ends them', () => {
    const text = '1\tone\n2\t\\N\n3\tC:\\\\\n';
    expect(read(`${text}\\.\nSELECT 1;\n`, { columns: 2 })).toEqual({
      rows: 3,
      bytes: text.length,
      ended: true,
      fault: undefined,
      stopped: text.length + 3,
    });
  });

  it('of a table without columns are empty lines', () => {
    expect(read('\n\n\\.\n', { columns: 0 })).toMatchObject({ rows: 2, bytes: 2, ended: true });
  });

  it('may be none', () => {
    expect(read('\\.\n', { columns: 9 })).toMatchObject({ rows: 0, bytes: 0, ended: true });
  });

  it('may end as on Windows, the end too', () => {
    expect(read('1\ta\r\n2\tb\r\n\\.\r\n', { columns: 2 })).toMatchObject({ rows: 2, ended: true });
  });

  it.each([
    ['1\ta\n2\n', 'row 2 has 1 columns instead of 2'],
    ['1\ta\tb\n', 'row 1 has 3 columns instead of 2'],
    ['\n', 'row 1 has 1 columns instead of 2'],
    ['1\ta\n2\t\0\n', 'row 2 holds a zero byte'],
    ['1\ta\r\n2\tb\n', 'row 2 does not end like the rows before it'],
    ['1\ta\n2\tb\r\n', 'row 2 does not end like the rows before it'],
    ['1\ta\rb\n', 'row 1 holds a bare carriage return'],
    ['1\ta\rb\r\n', 'row 1 holds a bare carriage return'],
    ['1\\\ta\n', 'row 1 has a backslash that escapes nothing'],
    ['1\ta\\\\\\\n', 'row 1 has a backslash that escapes nothing'],
  ])('%j: %s', (text, fault) => {
    for (let cut = 0; cut <= text.length; cut += 1) {
      expect(read(text, { columns: 2 }, [cut]).fault).toBe(fault);
    }
  });

  it('of an encoding with backslashes inside its characters are not judged by them', () => {
    const sjis = Buffer.from([0x95, 0x5c, 9, 0x95, 0x5c, 10]);
    expect(read(sjis, { columns: 2, hasPlainBackslash: false })).toMatchObject({ rows: 1 });
    expect(read(sjis, { columns: 2 }).fault).toBe('row 1 has a backslash that escapes nothing');
  });

  it('are the same however they arrive, and as a plain reading finds them', () => {
    const value = fc.constantFrom(
      '',
      '\\N',
      '\\\\',
      '\\t',
      'x',
      'Grüße',
      '\\.',
      '0123456789abcdef',
    );
    const row = fc.array(value, { minLength: 3, maxLength: 3 }).map((values) => values.join('\t'));
    fc.assert(
      fc.property(fc.array(row), fc.array(fc.nat(300)), (lines, at) => {
        const body = Buffer.from(lines.map((line) => `${line}\n`).join(''));
        const all = Buffer.concat([body, Buffer.from('\\.\nrest')]);
        const cuts = at.map((cut) => Math.min(cut, all.length)).sort((a, b) => a - b);
        expect(read(all, { columns: 3 }, cuts)).toEqual({
          rows: lines.length,
          bytes: body.length,
          ended: true,
          fault: undefined,
          stopped: body.length + 3,
        });
      }),
      { numRuns: 300 },
    );
  });

  it('are read at whatever place of memory they stand', () => {
    const text = `${'1\tabcdefg\n'.repeat(20)}\\.\n`;
    for (let shift = 0; shift < 9; shift += 1) {
      const piece = Buffer.from(' '.repeat(shift) + text);
      const rows = new CopyRows({ columns: 2 });
      expect(rows.push(piece, shift)).toBe(piece.length);
      expect(rows).toMatchObject({ rows: 20, bytes: text.length - 3, isEnded: true });
    }
  });
});
