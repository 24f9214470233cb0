import { describe, expect, it } from 'vitest';
import { ByteReader } from '../../../../shared/postgres-archive/byte-reader.ts';
import { DeclaredObjects } from '../../../../shared/postgres-archive/declared-objects.ts';
import { isSameName, readDefined } from '../../../../shared/postgres-archive/definition-words.ts';
import { readDefinition } from '../../../../shared/postgres-archive/entry-definition.ts';
import { saysPartitionRoot } from '../../../../shared/postgres-archive/partition-root.ts';
import { judgeArchive, readArchive } from '../../../support/archive-dumps.ts';
import { inPieces } from '../../../support/bytes.ts';
import { text } from '../../../support/write-archive.ts';

/** A dump in whose table of contents some text became another one of the same length. */
const changed = (name: string, from: string, to: string): Buffer => {
  const bytes = readArchive(name);
  const at = bytes.indexOf(from);
  if (at === -1 || Buffer.byteLength(from) !== Buffer.byteLength(to, 'latin1')) {
    throw new Error(`${name} has no ${from}, or it is as long as ${to} is not`);
  }
  bytes.write(to, at, 'latin1');
  return bytes;
};

describe('a table of contents, which has no checksum', () => {
  it.each([
    ['a command', '15-default.dump', 'CREATE SEQUENCE', 'CRFATE SEQUENCE'],
    ['a word behind it', '15-default.dump', 'CREATE SEQUENCE', 'CREATE SEQUENBE'],
    ['a byte that is no text', '15-default.dump', 'CREATE SEQUENCE', 'CREATE\u0001SEQUENCE'],
    ['a backslash', '15-default.dump', 'id integer', 'id\\integer'],
    ['a brace', '15-default.dump', 'id integer', 'id{integer'],
    ['a bracket', '15-default.dump', 'id integer', 'id[integer'],
    ['a parenthesis', '15-default.dump', 'customers (\n', 'customers  \n'],
    ['a quote', '15-default.dump', "('public.numbers'", "('public.numbers "],
    ['the name of a table', '15-default.dump', 'TABLE public.customers', 'TABLE public.custwmers'],
    ['its schema', '15-default.dump', 'TABLE public.customers', 'TABLE pubric.customers'],
    ['its end', '15-default.dump', 'public.counted;\n', 'public.counted;\u00fa'],
    ['COPY', '15-default.dump', 'COPY public.customers', 'COPd public.customers'],
    ['the table of COPY', '15-default.dump', 'COPY public.customers', 'COPY public.custwmers'],
    ['the columns of COPY', '15-default.dump', '(id, name) FROM', '(id; name) FROM'],
    [
      'the root of a partition',
      '15-partition-root.dump',
      'root public.measured',
      'root public.measurex',
    ],
    ['what is dropped', '15-default.dump', 'DROP SEQUENCE', 'DROP\u0001SEQUENCE'],
    ['a large object', '15-objects.dump', "lo_create('1001')", "lo_create('1003')"],
    ['a list of large objects', '17-objects.dump', '1001\n1002\n', '1001\n10-2\n'],
  ])('is refused where %s changed', async (_, name, from, to) => {
    expect(await judgeArchive(changed(name, from, to), false)).toBe('corrupt');
  });

  it('must make the large objects that have data, and each must have some', async () => {
    const other = changed('17-objects.dump', '1001\n1002\n', '1001\n1003\n');
    expect(await judgeArchive(other, false)).toBe('corrupt');
    const objects = new DeclaredObjects();
    for (const oid of [1, 2]) objects.declare(oid);
    objects.give(1);
    expect(() => objects.give(1)).toThrow('large object 1 has data twice');
    expect(() => objects.end()).toThrow('1 large objects have no data, the first 2');
    objects.give(2);
    objects.end();
    // Of the data alone.
    new DeclaredObjects().give(7);
  });
});

describe('the root of a partition', () => {
  it.each([
    ['15.18 (Debian 15.18-0+deb12u1)', true],
    ['15.2', false],
    ['12.15', true],
    ['10.23', false],
    ['17beta1', true],
    ['9.6.24', false],
  ])('is said by pg_dump %s: %s', (version, says) => {
    expect(saysPartitionRoot(version)).toBe(says);
  });
});

describe('a definition', () => {
  const read = (kind: string, sql: string, hasPlainStrings = true) =>
    readDefinition(new ByteReader(inPieces(Buffer.concat([text(sql), text('')]), 7)), kind, {
      hasPlainStrings,
    });

  it.each([
    ['RULE', 'CREATE OR REPLACE VIEW public.v AS\n SELECT a FROM t GROUP BY a;\n'],
    ['TRIGGER', 'ALTER TABLE public.part DISABLE TRIGGER written;\n'],
    [
      'SEQUENCE',
      'ALTER TABLE public.t ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (\n    START WITH 1\n);\n',
    ],
    ['SCHEMA', '-- *not* creating schema, since initdb creates it\n'],
    [
      'FUNCTION',
      'CREATE FUNCTION public.begin() RETURNS integer\n    LANGUAGE sql\n    AS $$select 1;$$;\n',
    ],
    [
      'FUNCTION',
      'CREATE FUNCTION public.f() RETURNS integer\n    BEGIN ATOMIC\n SELECT 1;\n RETURN 2;\nEND;\n',
    ],
    [
      'RULE',
      "CREATE OR REPLACE VIEW public.v AS\n SELECT ARRAY[1, 2][1] AS a, '{}'::text[] AS b;\n",
    ],
    [
      'OPERATOR',
      'CREATE OPERATOR public.|/ (\n    FUNCTION = public.f,\n    RIGHTARG = integer\n);\n',
    ],
    [
      'RULE',
      'CREATE RULE r AS\n    ON INSERT TO public.t DO INSTEAD ( SELECT 1;\n SELECT 2;\n);\n',
    ],
  ])('of a %s may be %j', async (kind, sql) => {
    expect(await read(kind, sql)).toEqual({});
  });

  it('is read as the session reads strings', async () => {
    const sql = "COMMENT ON TABLE public.t IS 'it\\'s; \\\\';\n";
    expect(await read('COMMENT', sql, false)).toEqual({});
    await expect(read('COMMENT', sql, true)).rejects.toEqual(
      expect.objectContaining({ damage: 'corrupt' }),
    );
  });

  it('names its table as pg_dump writes names', () => {
    const name = 'CREATE TABLE "Häu""s"."leere Tabelle" (\n    id integer\n);';
    const defined = readDefined('TABLE', name)?.name ?? '';
    expect(isSameName(defined, { schema: 'Häu"s', name: 'leere Tabelle' })).toBe(true);
    expect(isSameName(defined, { schema: 'Häus', name: 'leere Tabelle' })).toBe(false);
    expect(isSameName('t', { schema: 'public', name: 't' })).toBe(true);
    expect(readDefined('TABLE', 'CREATE TABLE public.a}b (')).toBeUndefined();
  });
});
