import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PlainDumpWalk } from '../../../../shared/postgres-archive/plain-dump.ts';

/** Made by the real pg_dump and pg_dumpall 15.18: test/fixtures/make-plain-dumps.sh. */
const fixture = (name: string): string =>
  readFileSync(new URL(`../../../fixtures/plain-dumps/${name}`, import.meta.url), 'utf8');

const walk = (text: string | Buffer, piece = 100) => {
  const bytes = Buffer.from(text);
  const dump = new PlainDumpWalk();
  for (let first = 0; first < bytes.length; first += piece)
    dump.push(bytes.subarray(first, first + piece));
  return dump.end();
};
const damage = (name: string) => expect.objectContaining({ damage: name });

/** Versions before 17.6, 16.10, 15.14, 14.19 and 13.22 wrote no token. */
const withoutToken = (text: string): string => text.replaceAll(/^\\(un)?restrict .*\n\n?/gm, '');

describe('a plain dump', () => {
  it.each(['database.sql', 'schema.sql', 'create-inserts.sql'])('%s is complete', (name) => {
    expect(walk(fixture(name))).toEqual({
      kind: 'database',
      serverVersion: '15.18 (Debian 15.18-0+deb12u1)',
      dumpVersion: '15.18 (Debian 15.18-0+deb12u1)',
    });
  });

  it.each(['cluster.sql', 'globals.sql'])('%s of pg_dumpall is complete', (name) => {
    expect(walk(fixture(name)).kind).toBe('cluster');
  });

  it('of an older pg_dump has no token and is complete', () => {
    expect(walk(withoutToken(fixture('database.sql'))).kind).toBe('database');
    expect(walk(withoutToken(fixture('cluster.sql'))).kind).toBe('cluster');
  });

  it('with Windows line ends is complete', () => {
    expect(walk(fixture('database.sql').replaceAll('\n', '\r\n')).kind).toBe('database');
  });

  it('after a byte order mark or empty lines is complete', () => {
    expect(walk(`\ufeff${fixture('database.sql')}`).kind).toBe('database');
    expect(walk(`\n\n${fixture('cluster.sql')}`).kind).toBe('cluster');
  });

  it('is the same however its bytes arrive', () => {
    for (const piece of [1, 7, 4096, 1_000_000])
      expect(walk(fixture('database.sql'), piece).kind).toBe('database');
  });

  it.each(['database.sql', 'cluster.sql'])('%s cut anywhere is not complete', (name) => {
    const text = fixture(name).trimEnd();
    for (let length = 1; length < text.length; length += 1) {
      expect(() => walk(text.slice(0, length), 5_000), `cut after ${length} bytes`).toThrow();
    }
  });

  it('cut in its data is truncated, though a row holds the footer', () => {
    const text = fixture('create-inserts.sql');
    const row = text.indexOf('dump complete');
    expect(row).toBeLessThan(text.lastIndexOf('dump complete'));
    expect(() => walk(text.slice(0, row + 'dump complete\n--\n'.length))).toThrow(
      damage('truncated'),
    );
  });

  it('whose tokens differ is two dumps in one', () => {
    const text = fixture('database.sql').replace(/^\\unrestrict \w/m, '\\unrestrict Z0');
    expect(() => walk(text)).toThrow(damage('token-mismatch'));
  });

  it('that lost its token at the end is not complete', () => {
    const text = fixture('database.sql').replace(/^\\unrestrict .*\n/m, '');
    expect(() => walk(text)).toThrow(damage('token-mismatch'));
  });

  it('followed by anything is not complete', () => {
    expect(() => walk(`${fixture('database.sql')}select 1;\n`)).toThrow(damage('truncated'));
  });

  it('that is something else is named so', () => {
    expect(() => walk('<html>502 Bad Gateway</html>')).toThrow(damage('not-a-dump'));
    expect(() => walk(fixture('database.sql').slice(3))).toThrow(damage('not-a-dump'));
  });

  it('without any bytes is empty', () => {
    expect(() => walk('')).toThrow(damage('empty'));
  });

  it('of any bytes crashes nothing', () => {
    const head = fixture('database.sql').slice(0, 300);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 9_000 }), fc.boolean(), (bytes, isDump) => {
        expect(() => walk(Buffer.concat([Buffer.from(isDump ? head : ''), bytes]), 3_000)).toThrow(
          expect.objectContaining({ name: 'DamageError' }),
        );
      }),
      { numRuns: 1_000 },
    );
  });
});
