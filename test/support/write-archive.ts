/** What a written archive holds besides its one table of an `id int`. */
type Options = {
  minor: number;
  /** As the file has it: a level below 1.15, else 0 none, 1 gzip, 2 lz4, 3 zstd. */
  compression: number;
  /** The chunks of the table's block, compressed as it says. */
  chunks: Buffer[];
  entries?: number;
};

export const int = (value: number): Buffer => {
  const bytes = Buffer.alloc(5);
  bytes.writeUInt8(value < 0 ? 1 : 0);
  bytes.writeUInt32LE(Math.abs(value), 1);
  return bytes;
};

export const text = (value: string | undefined): Buffer =>
  value === undefined
    ? int(-1)
    : Buffer.concat([int(Buffer.byteLength(value)), Buffer.from(value)]);

const entry = (
  minor: number,
  id: number,
  [tag, kind, section, definition, copy]: [string, string, number, string, string | undefined],
  dependencies: number[],
): Buffer =>
  Buffer.concat([
    int(id),
    int(kind === 'TABLE DATA' ? 1 : 0),
    ...['0', '0', tag, kind].map(text),
    int(section),
    ...[definition, '', copy, section === 1 ? '' : 'public', ''].map(text),
    ...(minor >= 14 ? [text('')] : []),
    ...(minor >= 16 ? [int(0)] : []),
    ...['postgres', 'false'].map(text),
    ...dependencies.map((id) => text(String(id))),
    text(undefined),
    Buffer.from([kind === 'TABLE DATA' ? 1 : 3]),
    Buffer.alloc(8),
  ]);

/** A dump in the custom format, as into a pipe, of any version of the format and with any block. */
export const writeArchive = ({ minor, compression, chunks, entries = 4 }: Options): Buffer =>
  Buffer.concat([
    Buffer.from('PGDMP'),
    Buffer.from([1, minor, 0, 4, 8, 1]),
    minor >= 15 ? Buffer.from([compression]) : int(compression),
    ...[1, 2, 3, 4, 5, 126, 0].map(int),
    ...['written', '15.18', '15.18'].map(text),
    int(entries),
    entry(minor, 1, ['ENCODING', 'ENCODING', 2, "SET client_encoding = 'UTF8';\n", undefined], []),
    entry(
      minor,
      2,
      ['STDSTRINGS', 'STDSTRINGS', 2, "SET standard_conforming_strings = 'on';\n", undefined],
      [],
    ),
    entry(minor, 3, ['t', 'TABLE', 2, 'CREATE TABLE public.t (id int);\n', undefined], []),
    entry(minor, 4, ['t', 'TABLE DATA', 3, '', 'COPY public.t (id) FROM stdin;\n'], [3]),
    Buffer.from([1]),
    int(4),
    ...chunks.flatMap((chunk) => [int(chunk.length), chunk]),
    int(0),
  ]);

/** Rows as COPY has them, with their end. */
export const rows = (count: number): Buffer =>
  Buffer.from(`${Array.from({ length: count }, (_, n) => `${n}\n`).join('')}\\.\n\n\n`);

/** What a dump says and holds, where a test is not about its bytes. */
type Dump = {
  database?: string;
  /** As the clock of its machine showed it. */
  createdAt?: Date;
  /** Rows of each. */
  tables?: Record<string, number>;
  extensions?: string[];
  server?: string;
  minor?: number;
};

/** Seconds to years as C's `struct tm` has them. */
const time = (at: Date): Buffer =>
  Buffer.concat(
    [
      at.getUTCSeconds(),
      at.getUTCMinutes(),
      at.getUTCHours(),
      at.getUTCDate(),
      at.getUTCMonth(),
      at.getUTCFullYear() - 1900,
      0,
    ].map(int),
  );

/** A dump in the custom format of several tables, not compressed. */
export const writeDump = ({
  database = 'shop',
  createdAt = new Date(),
  tables = { users: 500, orders: 2_000 },
  extensions = [],
  server = '15.18',
  minor = 14,
}: Dump = {}): Buffer => {
  const names = Object.entries(tables);
  const entries = [
    entry(minor, 1, ['ENCODING', 'ENCODING', 2, "SET client_encoding = 'UTF8';\n", undefined], []),
    ...extensions.map((name, index) =>
      entry(
        minor,
        10_000 + index,
        [name, 'EXTENSION', 2, `CREATE EXTENSION ${name};\n`, undefined],
        [],
      ),
    ),
    ...names.map(([name], index) =>
      entry(
        minor,
        2 * index + 2,
        [name, 'TABLE', 2, `CREATE TABLE public.${name} (id int);\n`, undefined],
        [],
      ),
    ),
    ...names.map(([name], index) =>
      entry(
        minor,
        2 * index + 3,
        [name, 'TABLE DATA', 3, '', `COPY public.${name} (id) FROM stdin;\n`],
        [2 * index + 2],
      ),
    ),
  ];
  return Buffer.concat([
    Buffer.from('PGDMP'),
    Buffer.from([1, minor, 0, 4, 8, 1]),
    minor >= 15 ? Buffer.from([0]) : int(0),
    time(createdAt),
    ...[database, server, server].map(text),
    int(entries.length),
    ...entries,
    ...names.flatMap(([, count], index) => {
      const chunk = rows(count);
      return [Buffer.from([1]), int(2 * index + 3), int(chunk.length), chunk, int(0)];
    }),
  ]);
};
