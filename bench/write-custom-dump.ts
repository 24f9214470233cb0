import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createDeflate } from 'node:zlib';
import { copyRows } from './verify-data.ts';

/** Source of the format: WriteInt, WriteStr, WriteHead and WriteToc of pg_backup_archiver.c. */
const int = (value: number): Buffer => {
  const bytes = Buffer.alloc(5);
  bytes.writeUInt8(value < 0 ? 1 : 0);
  bytes.writeUInt32LE(Math.abs(value), 1);
  return bytes;
};
const text = (value: string): Buffer =>
  Buffer.concat([int(Buffer.byteLength(value)), Buffer.from(value)]);
const NONE = int(-1);
const PRE_DATA = 2;
const DATA = 3;

type Entry = { id: number; tag: string; kind: string; definition?: string; copy?: string };

const entry = ({ id, tag, kind, definition = '', copy = '' }: Entry): Buffer =>
  Buffer.concat([
    int(id),
    int(copy === '' ? 0 : 1),
    ...['0', '0', tag, kind].map(text),
    int(copy === '' ? PRE_DATA : DATA),
    ...[definition, '', copy, 'public', '', '', 'postgres', 'false'].map(text),
    ...(copy === '' ? [] : [text('3')]),
    NONE,
    Buffer.from([copy === '' ? 3 : 1]),
    Buffer.alloc(8),
  ]);

const COLUMNS = 'id, campaign_id, kind, recipient, occurred_at, meta';

/** As into a pipe, of PostgreSQL 12 to 15 (1.14). */
const head = (isCompressed: boolean): Buffer =>
  Buffer.concat([
    Buffer.from('PGDMP'),
    Buffer.from([1, 14, 0, 4, 8, 1]),
    int(isCompressed ? -1 : 0),
    ...[0, 0, 2, 1, 0, 126, 0].map(int),
    ...['bench', '15.18', '15.18'].map(text),
    int(4),
    entry({
      id: 1,
      tag: 'ENCODING',
      kind: 'ENCODING',
      definition: "SET client_encoding = 'UTF8';\n",
    }),
    entry({
      id: 2,
      tag: 'STDSTRINGS',
      kind: 'STDSTRINGS',
      definition: "SET standard_conforming_strings = 'on';\n",
    }),
    entry({
      id: 3,
      tag: 'email_events',
      kind: 'TABLE',
      definition: 'CREATE TABLE public.email_events (id bigint);\n',
    }),
    entry({
      id: 4,
      tag: 'email_events',
      kind: 'TABLE DATA',
      copy: `COPY public.email_events (${COLUMNS}) FROM stdin;\n`,
    }),
    Buffer.from([1]),
    int(4),
  ]);

const ZLIB_CHUNK = 4_096;

async function* chunks(pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  for await (const piece of pieces)
    for (let at = 0; at < piece.length; at += ZLIB_CHUNK) {
      const chunk = piece.subarray(at, at + ZLIB_CHUNK);
      yield Buffer.concat([int(chunk.length), chunk]);
    }
}

/** Without compression each row is a chunk. */
function* rowChunks(pieces: Iterable<Buffer>): Generator<Buffer> {
  for (const piece of pieces) {
    const parts: Buffer[] = [];
    for (let at = 0; at < piece.length; ) {
      const end = piece.indexOf(10, at) + 1;
      parts.push(int(end - at), piece.subarray(at, end));
      at = end;
    }
    yield Buffer.concat(parts);
  }
}

function* data(bytes: number): Generator<Buffer> {
  yield* copyRows(bytes);
  yield Buffer.from('\\.\n\n\n');
}

/** Writes a dump in the custom format as pg_dump lays it out, where no pg_dump is there to do it. */
export const writeCustomDump = async (
  file: string,
  bytes: number,
  isCompressed: boolean,
): Promise<void> => {
  const archive = async function* (): AsyncGenerator<Buffer> {
    yield head(isCompressed);
    if (isCompressed) {
      const deflate = createDeflate();
      const fed = pipeline(data(bytes), deflate);
      yield* chunks(deflate as AsyncIterable<Buffer>);
      await fed;
    } else yield* rowChunks(data(bytes));
    yield int(0);
  };
  await pipeline(archive(), createWriteStream(file));
};
