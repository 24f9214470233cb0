import { describe, expect, it } from 'vitest';
import { formatTable, wrap } from '../../../plans/format-table.ts';

describe('formatTable', () => {
  it('aligns columns, and makes a row as high as its highest cell', () => {
    const table = formatTable(
      ['name', 'kept'],
      [
        [['a'], ['daily 30d', 'weekly 90d']],
        [['größer'], ['-']],
      ],
    );
    expect(table).toEqual([
      'name    kept',
      '------  ----------',
      'a       daily 30d',
      '        weekly 90d',
      'größer  -',
    ]);
  });

  it('takes missing cells for empty ones', () => {
    expect(formatTable(['a', 'b'], [[['x']]])).toEqual(['a  b', '-  -', 'x']);
  });
});

describe('wrap', () => {
  it('breaks between words, and no word', () => {
    expect(wrap('one two three extraordinary', 8)).toEqual(['one two', 'three', 'extraordinary']);
  });
});
