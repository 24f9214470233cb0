import { describe, expect, it } from 'vitest';
import { ContentsTally, LISTED } from '../../../../shared/postgres-archive/dump-contents.ts';

describe('the tally of what a dump holds', () => {
  it('adds up tables, of several databases too', () => {
    const tally = new ContentsTally();
    tally.addTable('public.users', 10, 2, 'shop');
    tally.addTable('public.users', 30, 5, 'crm');
    tally.addDatabase('shop');
    tally.addDatabase('crm');
    tally.addRole('b');
    tally.addRole('a');
    tally.addRole('a');
    expect(tally.contents({ serverVersion: '15.18' })).toEqual({
      serverVersion: '15.18',
      databases: ['crm', 'shop'],
      tables: 2,
      rows: 7,
      tableBytes: 40,
      largeObjects: 0,
      largest: [
        { database: 'crm', name: 'public.users', bytes: 30, rows: 5 },
        { database: 'shop', name: 'public.users', bytes: 10, rows: 2 },
      ],
      tableList: [
        { database: 'shop', name: 'public.users', bytes: 10, rows: 2 },
        { database: 'crm', name: 'public.users', bytes: 30, rows: 5 },
      ],
      isTableListCut: false,
      objects: 0,
      extensions: [],
      roles: ['a', 'b'],
    });
  });

  it('knows no sum of rows where one table has none', () => {
    const tally = new ContentsTally();
    tally.addTable('a', 1, 1);
    tally.addTable('b', 1, undefined);
    tally.addTable('c', 1, 1);
    expect(tally.contents({}).rows).toBeUndefined();
  });

  it('cuts its lists and goes on counting', () => {
    const tally = new ContentsTally();
    for (let n = 0; n <= LISTED.tables; n += 1) tally.addTable('t'.repeat(300), n, 1);
    for (let n = 0; n <= LISTED.names; n += 1) tally.addExtension(`e${n}`);
    const contents = tally.contents({});
    expect(contents.tables).toBe(LISTED.tables + 1);
    expect(contents.rows).toBe(LISTED.tables + 1);
    expect(contents.tableList).toHaveLength(LISTED.tables);
    expect(contents.isTableListCut).toBe(true);
    expect(contents.tableList[0]?.name).toHaveLength(LISTED.characters);
    expect(contents.extensions).toHaveLength(LISTED.names);
    expect(contents.largest[0]?.bytes).toBe(LISTED.tables);
  });
});
