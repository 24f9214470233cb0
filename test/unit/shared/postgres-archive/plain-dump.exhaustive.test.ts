import { describe, expect, it } from 'vitest';
import {
  judgePlain,
  plainDump,
  plainDumpNames,
  walkPlain,
  withoutTokens,
} from '../../../support/plain-dumps.ts';

const edit = (name: string, change: (text: string) => string): Buffer =>
  Buffer.from(change(plainDump(name).toString('latin1')), 'latin1');
const join = (...names: string[]): Buffer => Buffer.concat(names.map(plainDump));
const judge = (name: string, change: (text: string) => string): string =>
  judgePlain(edit(name, change));

describe('a plain dump', () => {
  it.each(plainDumpNames)('%s is complete, with tokens and without', (name) => {
    const kind = /cluster|globals|roles/.test(name) ? 'cluster' : 'database';
    expect(walkPlain(plainDump(name)).kind).toBe(kind);
    expect(walkPlain(withoutTokens(plainDump(name)))).toEqual(walkPlain(plainDump(name)));
  });

  it.each(plainDumpNames.filter((name) => !/sjis/.test(name)))(
    '%s with Windows line ends is complete',
    (name) => {
      const crlf = edit(name, (text) => text.replaceAll('\n', '\r\n'));
      const { kind, contents } = walkPlain(crlf);
      const unix = walkPlain(plainDump(name));
      expect({ kind, tables: contents.tables, rows: contents.rows }).toEqual({
        kind: unix.kind,
        tables: unix.contents.tables,
        rows: unix.contents.rows,
      });
    },
  );

  it('after a byte order mark or empty lines is complete', () => {
    const mark = Buffer.from('\ufeff');
    const dump = plainDump('database.sql');
    for (const cuts of [[], [1], [1, 2], [2, 3, 4]]) {
      expect(judgePlain(Buffer.concat([mark, dump]), cuts)).toBe('pass');
    }
    expect(judgePlain(Buffer.concat([Buffer.from('\n\n'), plainDump('cluster.sql')]))).toBe('pass');
    expect(judgePlain(Buffer.concat([dump, Buffer.from('\n \n\n')]))).toBe('pass');
  });

  it('tells what it holds', () => {
    const { contents } = walkPlain(plainDump('15-verbose-clean.sql'));
    expect(contents).toMatchObject({
      database: 'odd; "name\'',
      databases: ['odd; "name\''],
      serverVersion: '15.18 (Debian 15.18-0+deb12u1)',
      dumpVersion: '15.18 (Debian 15.18-0+deb12u1)',
      tables: 6,
      rows: 26,
      largeObjects: 3,
      extensions: ['pg_trgm'],
      roles: ['postgres', 'reader; --'],
    });
    expect(contents.createdAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/);
    expect(contents.tableList).toContainEqual({ name: 'Häuser.a,b (c); --', rows: 4, bytes: 71 });
    expect(contents.tableList).toContainEqual({ name: 'public.no_columns', rows: 2, bytes: 2 });
    expect(contents.tableList).toContainEqual({ name: 'public.empty_table', rows: 0, bytes: 0 });
    expect(contents.largest).toContainEqual({ name: 'large object 3000000001', bytes: 2_700 });
  });

  it('counts the rows of INSERTs as those of COPY', () => {
    const rowsOf = (name: string) =>
      walkPlain(plainDump(name)).contents.tableList.map((table) => [table.name, table.rows]);
    const copied = rowsOf('15-odd.sql');
    expect(rowsOf('15-rows-per-insert.sql')).toEqual(copied);
    expect(rowsOf('15-column-inserts.sql')).toEqual(copied);
  });

  it('of a cluster names each database, and whose table it is', () => {
    const { contents } = walkPlain(plainDump('17-cluster-clean.sql'));
    const databases = ['japan', 'mailblast', 'odd; "name\'', 'postgres', 'template1'];
    expect(contents.databases).toEqual(databases);
    expect(contents.database).toBeUndefined();
    expect(contents.tableList).toContainEqual({
      database: 'mailblast',
      name: 'public.campaigns',
      rows: 3,
      bytes: 76,
    });
  });

  it.each([
    ['database.sql', 1],
    ['create-inserts.sql', 3],
    ['cluster.sql', 7],
    ['17-odd.sql', 211],
  ])('%s cut anywhere is not complete', (name, step) => {
    const dump = edit(name, (text) => text.trimEnd());
    for (let length = 0; length < dump.length; length += step) {
      expect(judgePlain(dump.subarray(0, length)), `after ${length} bytes`).not.toBe('pass');
    }
  });

  it('that is cut says where', () => {
    const dump = plainDump('17-cluster-clean.sql');
    const inRows = dump.indexOf('2026-01-04');
    expect(judgePlain(dump.subarray(0, inRows + 4))).toBe(
      `truncated: the dump ends after ${inRows + 4} bytes in the rows of public.measured_2026 of database odd; "name', after row 3, without the line "PostgreSQL database cluster dump complete"`,
    );
    expect(judgePlain(dump.subarray(0, dump.indexOf('CREATE POLICY') + 20))).toMatch(
      /^truncated: .* in POLICY one_column everybody of database odd; "name', without/,
    );
  });

  it('cut in its data is truncated, though a row holds the footer', () => {
    const text = plainDump('create-inserts.sql');
    const row = text.indexOf('dump complete');
    expect(row).toBeLessThan(text.lastIndexOf('dump complete'));
    expect(judgePlain(text.subarray(0, row + 'dump complete\n--\n'.length))).toMatch(/^truncated/);
  });

  it('that lost its token at the end is truncated', () => {
    expect(judge('database.sql', (text) => text.replace(/^\\unrestrict .*\n/m, ''))).toMatch(
      /^truncated: .* without its \\unrestrict token$/,
    );
  });

  it.each([
    ['at its end', /^\\unrestrict \w/m, '\\unrestrict Z0'],
    ['at its beginning', /^\\restrict \w/m, '\\restrict Z0'],
    ['which it lost at the beginning', /^\\restrict .*\n/m, ''],
    ['of which it has a second', /^(\\restrict .*\n)/m, '$1$1'],
  ])('whose token is another one %s is two dumps in one', (_, pattern, replacement) => {
    for (const name of ['database.sql', 'cluster.sql', 'create-inserts.sql']) {
      expect(judge(name, (text) => text.replace(pattern, replacement))).toMatch(/^token-mismatch/);
    }
  });

  it('that is something else is named so', () => {
    for (const text of ['<html>502 Bad Gateway</html>', '\n\n', '-', '--', 'pg_dump: error: x\n']) {
      expect(judgePlain(Buffer.from(text))).toMatch(/^not-a-dump/);
    }
    expect(judge('database.sql', (text) => text.slice(3))).toMatch(/^not-a-dump/);
    const utf16 = Buffer.from(`\ufeff${plainDump('database.sql')}`, 'utf16le');
    expect(judgePlain(utf16)).toMatch(/^not-a-dump: it is UTF-16/);
  });

  it('without any bytes is empty', () => {
    expect(judgePlain(Buffer.alloc(0))).toMatch(/^empty/);
  });

  it('that psql cannot restore, because a function is called begin, is broken', () => {
    expect(judgePlain(plainDump('refused/15-begin.sql'))).toBe(
      'corrupt: a statement is not ended before TABLE t in FUNCTION begin(), before byte 913',
    );
  });
});

describe('dumps in one file', () => {
  it('of one database are one too many', () => {
    const second = `trailing-data: a second dump follows the first, at byte ${plainDump('database.sql').length + '--\n-- PostgreSQL database dump\n'.length}: a restore runs both into one database`;
    expect(judgePlain(join('database.sql', '15-odd.sql'))).toBe(second);
    expect(judgePlain(join('database.sql', 'database.sql'))).toBe(second);
    const twice = ['create-inserts.sql', 'create-inserts.sql'] as const;
    expect(judgePlain(join(...twice))).toMatch(/^trailing-data/);
    expect(judgePlain(join('cluster.sql', 'cluster.sql'))).toMatch(/^trailing-data/);
    expect(judgePlain(join('cluster.sql', 'database.sql'))).toMatch(/^trailing-data/);
  });

  it('are wanted behind the globals of their cluster, or each in a database of its own', () => {
    expect(judgePlain(join('globals.sql', 'database.sql'))).toBe('pass');
    expect(judgePlain(join('create-inserts.sql', '17-verbose-clean.sql'))).toBe('pass');
    const connected = Buffer.concat([
      plainDump('create-inserts.sql'),
      Buffer.from('\\connect other\n'),
      plainDump('database.sql'),
    ]);
    expect(walkPlain(connected).contents.databases).toEqual(['mailblast', 'other']);
  });

  it('of which the first is cut are truncated', () => {
    const first = plainDump('database.sql');
    const cut = first.subarray(0, first.lastIndexOf('--\n-- PostgreSQL'));
    expect(judgePlain(Buffer.concat([cut, plainDump('schema.sql')]))).toMatch(/^token-mismatch/);
    const old = withoutTokens(Buffer.concat([cut, plainDump('schema.sql')]));
    expect(judgePlain(old)).toMatch(
      /^truncated: the dump is not complete where another one begins/,
    );
  });

  it.each(['SELECT 1;\n', '\\restrict abc\n', '-- done\n', 'x'])(
    'end with the last: %j',
    (text) => {
      expect(judgePlain(Buffer.concat([plainDump('database.sql'), Buffer.from(text)]))).toMatch(
        text === 'x' ? /^(truncated|trailing-data)/ : /^trailing-data/,
      );
    },
  );
});

describe('the dump of a cluster', () => {
  it('that lost what is between the middles of two databases is found', () => {
    const lose = (from: string, to: string) => (text: string) =>
      text.slice(0, text.indexOf(from)) + text.slice(text.lastIndexOf(to));
    const intoNext = lose('-- Name: campaigns campaigns_pkey', 'SET xmloption');
    expect(judge('cluster.sql', intoNext)).toMatch(/^token-mismatch/);
    const fromTheRows = lose('2\t\\\\restrict abc', 'SET xmloption');
    expect(judge('cluster.sql', fromTheRows)).toBe(
      'corrupt: row 2 has 1 columns instead of 2 in the rows of public.campaigns of database mailblast, before byte 3065',
    );
  });

  it('whose database lost its footer is truncated', () => {
    const name = 'cluster.sql';
    const old = withoutTokens(plainDump(name)).toString('latin1');
    const from = old.indexOf('--\n-- PostgreSQL database dump complete');
    const to = old.indexOf('--\n-- Database "mailblast"');
    expect(judgePlain(Buffer.from(old.slice(0, from) + old.slice(to), 'latin1'))).toMatch(
      /^truncated: the dump of database template1 is not complete where another one begins/,
    );
  });

  it('names databases by letters that are not ASCII, though it connects to them in another encoding', () => {
    for (const name of ['15-verbose-clean.sql', '15-cluster-schema.sql']) {
      const umlauts = Buffer.from('Straße').toString('latin1');
      const dump = edit(name, (text) => text.replaceAll('odd; ', umlauts));
      expect(dump.includes('\\encoding SQL_ASCII')).toBe(true);
      expect(walkPlain(dump).contents.databases).toContain('Straße"name\'');
    }
  });

  it('says between its databases what they are called in an encoding of its own', () => {
    const name = (letter: string) => `-- Database "n${letter}thing" dump`;
    const dump = edit('15-cluster-schema.sql', (text) => text.replace(name('o'), name('\xfc')));
    expect(dump.includes(0xfc)).toBe(true);
    expect(walkPlain(dump)).toEqual(walkPlain(plainDump('15-cluster-schema.sql')));
  });

  it('in which a database does not connect to itself is broken', () => {
    for (const name of ['mailblast', 'postgres']) {
      expect(judge('cluster.sql', (text) => text.replace(`\\connect ${name}\n`, ''))).toMatch(
        `does not connect to the database ${name} that it is for`,
      );
    }
  });
});
