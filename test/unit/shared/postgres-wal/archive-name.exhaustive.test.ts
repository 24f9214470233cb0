import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { classifyArchiveName } from '../../../../shared/postgres-wal/archive-name.ts';
import { readRealArchive } from './real-archive.ts';

const A7 = '0000000100000000000000A7';
const SHA1 = 'da39a3ee5e6b4b0d3255bfef95601890afd80709';

describe('names in a WAL archive', () => {
  it.each([
    [A7, { kind: 'segment', segment: A7 }],
    [`${A7}.gz`, { kind: 'segment', segment: A7, compression: 'gz' }],
    [`${A7}.lzma`, { kind: 'segment', segment: A7, compression: 'lzma' }],
    [`${A7}.zst`, { kind: 'segment', segment: A7, compression: 'zst' }],
    [`${A7}.partial`, { kind: 'partial', segment: A7 }],
    [`${A7}.partial.gz`, { kind: 'partial', segment: A7 }],
    [`${A7}.gz.partial`, { kind: 'partial', segment: A7 }],
    ['00000002.history', { kind: 'history', timeline: 2 }],
    ['0000000A.history.gz', { kind: 'history', timeline: 10, compression: 'gz' }],
    [`${A7}.00000028.backup`, { kind: 'backup-label', segment: A7 }],
    [`${A7}.00000028.backup.lz4`, { kind: 'backup-label', segment: A7, compression: 'lz4' }],
  ])('knows %s', (name, expected) => {
    expect(classifyArchiveName(name)).toEqual(expected);
  });

  it.each([
    `${A7}.gz.gz`,
    `${A7}.gz.zst`,
    `${A7}.tmp`,
    `${A7}.gz.enc`,
    `${A7.toLowerCase()}`,
    `sub/${A7}`,
    ` ${A7}`,
    `${A7}\n`,
    '00000000.history',
    '2.history',
    'README',
    'notes on WAL + more.txt',
    '.gz',
    '',
  ])('takes %j for something else', (name) => {
    expect(classifyArchiveName(name)).toEqual({ kind: 'other' });
  });

  it.each([
    [`archive/main/15-1/0000000100000000/${A7}-${SHA1}.gz`, 'pgBackRest', 'wal'],
    [`wal_005/${A7}.lz4`, 'WAL-G', 'wal'],
    [`main/wals/0000000100000000/${A7}.gz`, 'Barman', 'wal'],
  ])('names the tool behind %s', (name, tool, part) => {
    expect(classifyArchiveName(name)).toEqual({ kind: 'foreign', tool, part });
  });

  it('knows every file that a real server archived', () => {
    const files = [...readRealArchive(15).files, ...readRealArchive(18).files];
    expect(files.length).toBeGreaterThan(25);
    expect(files.filter(({ name }) => classifyArchiveName(name).kind === 'other')).toEqual([]);
  });

  it('survives 10,000 generated names and never takes a partial for a segment', () => {
    const hex = fc.string({ unit: fc.constantFrom(...'0123456789ABCDEFabcdef'), maxLength: 26 });
    const suffix = fc.constantFrom(
      '',
      '.gz',
      '.lzo',
      '.partial',
      '.backup',
      '.history',
      '.00000028',
    );
    const name = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 60 }),
      fc.tuple(hex, suffix, suffix, suffix).map((parts) => parts.join('')),
      fc.tuple(fc.constant(A7), suffix, suffix).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(name, (generated) => {
        const { kind } = classifyArchiveName(generated);
        if (generated.includes('.partial')) expect(kind).not.toBe('segment');
        if (kind === 'segment') expect(generated).toMatch(/^[0-9A-F]{24}(\.\w+)?$/);
      }),
      { numRuns: 10_000 },
    );
  }, 30_000);
});
