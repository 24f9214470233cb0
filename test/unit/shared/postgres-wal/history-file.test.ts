import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseHistoryFile } from '../../../../shared/postgres-wal/history-file.ts';
import { readRealArchive, textOf } from './real-archive.ts';

describe('.history files', () => {
  it('reads what a real server wrote, empty lines between its switches included', () => {
    expect(parseHistoryFile(textOf(readRealArchive(15), '00000004.history'))).toEqual({
      ok: true,
      switches: [
        { parent: 1, lsn: 0x110_0000n },
        { parent: 2, lsn: 0x160_be20n },
        { parent: 3, lsn: 0x160_dd38n },
      ],
    });
  });

  it('skips comments and takes a reason of any words, or none', () => {
    const text = '# restored\r\n1\t0/7000100\tbefore 2000-01-01 +00\n2 0/8000000\n';
    expect(parseHistoryFile(text)).toMatchObject({ ok: true, switches: [{ parent: 1 }, {}] });
  });

  it.each([
    ['no parent', '\n\n', 1, 'it names no parent timeline'],
    ['no LSN', '1\tyesterday\tx', 1, 'must be a timeline, an LSN and a reason, separated by tabs'],
    ['timeline 0', '0\t0/1\tx', 1, 'timeline 0 does not exist'],
    ['a timeline beyond 32 bits', '4294967296\t0/1\tx', 1, 'timeline 4294967296 does not exist'],
    ['timelines out of order', '2\t0/1\tx\n1\t0/2\ty', 2, 'timeline 1 comes after 2'],
    ['positions out of order', '1\t0/2\tx\n2\t0/1\ty', 2, '0/1 comes after 0/2'],
    ['a cut LSN', '1\t0/1A00000\tx\n\n2\t0/1B', 3, 'ends before its reason: the file is cut'],
    ['the timeline itself', '3\t0/1\tx\n7\t0/2\tx\n', 2, 'timeline 7 is no ancestor of 7'],
    [
      'gzip',
      '\u001f\ufffd\b\u0000',
      1,
      'must be a timeline, an LSN and a reason, separated by tabs',
    ],
  ])('says what is wrong with %s', (_, text, line, problem) => {
    expect(parseHistoryFile(text, 7)).toEqual({ ok: false, line, problem });
  });

  it('survives any text', () => {
    const line = fc.oneof(fc.string({ unit: 'binary' }), fc.constant('1\t0/1\tx'));
    fc.assert(
      fc.property(fc.array(line, { maxLength: 5 }), (lines) => {
        expect(parseHistoryFile(lines.join('\n'))).toHaveProperty('ok');
      }),
      { numRuns: 1_000 },
    );
  }, 30_000);
});
