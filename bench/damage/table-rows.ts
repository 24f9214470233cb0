import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import type { Stored } from './stored.ts';

export type Tool = 'pg_restore -l' | 'pg_restore -f /dev/null' | 'gunzip -t';

/** One damage of one format. */
export type Row = {
  format: string;
  damage: string;
  /** The object's name, as a backup job would choose it. */
  name: string;
  stored: Stored;
  /** The tools that a person would ask about this format. */
  tools: Tool[];
  /** Why nobody can see it without a checksum; such a row passes everywhere, and says so. */
  unseen?: string;
};

const fixture = (path: string): Buffer =>
  readFileSync(new URL(`../../test/fixtures/${path}`, import.meta.url));

const flip = (bytes: Buffer, at: number, mask = 0x01): Buffer => {
  const changed = Buffer.from(bytes);
  changed.writeUInt8(changed.readUInt8(at) ^ mask, at);
  return changed;
};
const without = (bytes: Buffer, at: number, count: number): Buffer =>
  Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + count)]);
const find = (bytes: Buffer, text: string): number => {
  const at = bytes.indexOf(text);
  if (at < 0) throw new Error(`no fixture holds "${text}" any more`);
  return at;
};
const JUNK = Buffer.alloc(50, 7);

type Damages = [damage: string, stored: Stored, unseen?: string][];
const rowsOf = (format: string, name: string, tools: Tool[], damages: Damages): Row[] =>
  damages.map(([damage, stored, unseen]) => ({
    format,
    damage,
    name,
    stored,
    tools,
    ...(unseen !== undefined && { unseen }),
  }));

const plainRows = (): Row[] => {
  const dump = fixture('plain-dumps/database.sql');
  const row = find(dump, '3\tGrü');
  const footer = find(dump, '--\n-- PostgreSQL database dump complete\n--\n\n\\unrestrict');
  const token = find(dump, '\\unrestrict ') + 20;
  const plain = rowsOf(
    'plain',
    'db.sql',
    [],
    [
      ['cut inside a row', dump.subarray(0, row + 3)],
      ['cut between two statements', dump.subarray(0, footer)],
      ['a tab lost from a row', without(dump, row + 1, 1)],
      ['a row with a byte that is no UTF-8', flip(dump, row + 5, 0x40)],
      ['another dump behind it', Buffer.concat([dump, dump])],
      ['the end of another dump', flip(dump, token, 0x02)],
      ['a letter changed in a value', flip(dump, row + 2), 'plain text has no checksum'],
    ],
  );
  const [first, second] = [dump.subarray(0, row), dump.subarray(row)];
  const members = Buffer.concat([gzipSync(first), gzipSync(second)]);
  const whole = gzipSync(dump);
  const zipped = rowsOf(
    'plain, gzip',
    'db.sql.gz',
    ['gunzip -t'],
    [
      ['cut', whole.subarray(0, -100)],
      ['cut between two members', members.subarray(0, gzipSync(first).length)],
      ['a bit flipped', flip(whole, Math.floor(whole.length / 2))],
      ['junk behind it', Buffer.concat([whole, JUNK])],
      ['zeros behind it', Buffer.concat([whole, Buffer.alloc(512)])],
      ['an empty dump command: 20 bytes of gzip', gzipSync('')],
      [
        'a letter changed before it was compressed',
        gzipSync(flip(dump, row + 2)),
        'it was compressed so',
      ],
    ],
  );
  return [...plain, ...zipped];
};

const RESTORE: Tool[] = ['pg_restore -l', 'pg_restore -f /dev/null'];

const customRows = (): Row[] => {
  const zlib = fixture('archive-dumps/15-default.dump');
  const stored = fixture('archive-dumps/15-z0.dump');
  const day = find(stored, '2026-01-20\t');
  const piped = fixture('archive-dumps/15-pipe.dump');
  return [
    ...rowsOf('-Fc', 'db.dump', RESTORE, [
      ['cut inside the table of contents', zlib.subarray(0, 2_000)],
      ['cut behind the table of contents', zlib.subarray(0, 5_000)],
      ['cut inside the last block', zlib.subarray(0, -20)],
      ['cut at the end of a block, from a pipe', piped.subarray(0, -5)],
      ['a bit flipped in a block', flip(zlib, zlib.length - 60)],
      ['junk behind it', Buffer.concat([zlib, JUNK])],
      ['another dump behind it', Buffer.concat([zlib, zlib])],
      ['a definition that is no statement', flip(zlib, find(zlib, 'CREATE SEQUENCE') + 2, 0x04)],
      ['a definition of another name', flip(zlib, find(zlib, 'TABLE public.customers') + 15, 0x02)],
      [
        'a letter changed in a definition',
        flip(zlib, find(zlib, 'select value * 2') + 7, 0x02),
        'the table of contents has no checksum',
      ],
    ]),
    ...rowsOf('-Fc -Z0', 'db.dump', RESTORE, [
      ['cut inside a row', stored.subarray(0, day + 4)],
      ['junk behind it', Buffer.concat([stored, JUNK])],
      ['a bit flipped: a tab in a row', flip(stored, day + 10)],
      ['a bit flipped: a byte that is no UTF-8', flip(stored, day + 3, 0x80)],
      ['a bit flipped: a digit in a row', flip(stored, day + 9), 'the format has no checksum'],
    ]),
  ];
};

const tarRows = (): Row[] => {
  const tar = fixture('archive-dumps/15-shop.tar');
  const day = find(tar, '2026-01-20\t');
  return rowsOf('-Ft', 'db.tar', RESTORE, [
    ['cut inside a row', tar.subarray(0, day)],
    ['cut in restore.sql', tar.subarray(0, -3_000)],
    ['cut in its end', tar.subarray(0, -600)],
    ['junk behind it', Buffer.concat([tar, Buffer.alloc(512, 7)])],
    ['a bit flipped in a header', flip(tar, 130)],
    ['a bit flipped: a tab in a row', flip(tar, day + 10)],
    ['a bit flipped: a digit in a row', flip(tar, day + 9), 'the format has no checksum'],
  ]);
};

const directoryRows = (): Row[] => {
  const read = (name: string, files: string[]): Map<string, Buffer> =>
    new Map(files.map((file) => [file, fixture(`directory-dumps/${name}/${file}`)]));
  const zlib = read('15-shop', ['toc.dat', '3352.dat.gz', '3353.dat.gz', '3354.dat.gz']);
  const stored = read('15-shop-z0', ['toc.dat', '3352.dat', '3353.dat', '3354.dat']);
  const held = (files: Map<string, Buffer>, name: string): Buffer =>
    files.get(name) ?? Buffer.alloc(0);
  const put = (files: Map<string, Buffer>, name: string, bytes: Buffer): Stored =>
    new Map([...files, [name, bytes]]);
  const file = held(zlib, '3352.dat.gz');
  const rows = held(stored, '3352.dat');
  const lost = new Map([...zlib].filter(([name]) => name !== '3352.dat.gz'));
  const noContents = new Map([...zlib].filter(([name]) => name !== 'toc.dat'));
  const swapped = new Map([
    ...zlib,
    ['3352.dat.gz', held(zlib, '3353.dat.gz')],
    ['3353.dat.gz', file],
  ]);
  return rowsOf('-Fd', 'db', RESTORE, [
    ['a data file lost', lost],
    ['a data file cut', put(zlib, '3352.dat.gz', file.subarray(0, -12))],
    ['a data file of zero length', put(zlib, '3352.dat.gz', Buffer.alloc(0))],
    ['a bit flipped in a data file', put(zlib, '3352.dat.gz', flip(file, file.length - 20))],
    [
      'a data file that is not compressed, cut between two rows',
      put(stored, '3352.dat', rows.subarray(0, rows.indexOf('\n') + 1)),
    ],
    ['two data files swapped', swapped],
    ['a data file that no entry names', put(zlib, '9999.dat.gz', file)],
    ['toc.dat cut', put(zlib, 'toc.dat', held(zlib, 'toc.dat').subarray(0, 3_000))],
    ['toc.dat lost', noContents],
  ]);
};

/** Every row of docs/damage.md, in its order. */
export const tableRows = (): Row[] => [
  ...plainRows(),
  ...customRows(),
  ...tarRows(),
  ...directoryRows(),
];
