import { corrupt, readText, skipText } from './archive-fields.ts';
import type { ByteReader } from './byte-reader.ts';
import { clientEncoding } from './client-encoding.ts';
import { readDefined } from './definition-words.ts';
import { readPartitionRoot } from './partition-root.ts';
import { SqlLexer } from './sql-lexer.ts';

/** Of the client encodings that a dump can have. Source: PostgreSQL's documentation, "Supported Character Sets". */
const ENCODINGS = new Set(
  (
    'BIG5 EUC_CN EUC_JP EUC_JIS_2004 EUC_KR EUC_TW GB18030 GBK ISO_8859_5 ISO_8859_6 ISO_8859_7 ISO_8859_8 JOHAB ' +
    'KOI8R KOI8U LATIN1 LATIN2 LATIN3 LATIN4 LATIN5 LATIN6 LATIN7 LATIN8 LATIN9 LATIN10 MULE_INTERNAL SJIS ' +
    'SHIFT_JIS_2004 SQL_ASCII UHC UTF8 WIN866 WIN874 WIN1250 WIN1251 WIN1252 WIN1253 WIN1254 WIN1255 WIN1256 ' +
    'WIN1257 WIN1258'
  ).split(' '),
);

const SETTING_BYTES = 4_096;
/** A thousand large objects stand in one entry. */
const OIDS_BYTES = 64 * 1024;

/** What the first entries set, and all after them are read by. */
export type Session = {
  /** Of all text in the dump, e.g. `UTF8`. */
  encoding?: string;
  /** Whether a backslash in a string stands for itself: `standard_conforming_strings`. */
  hasPlainStrings: boolean;
};

/** Reads what pg_restore itself obeys: it stops where it does not understand it. */
const readSetting = async (reader: ByteReader, setting: RegExp, fault: string): Promise<string> => {
  const set = (await readText(reader, SETTING_BYTES)) ?? '';
  const value = setting.exec(set)?.[1];
  if (value === undefined) throw corrupt(reader, fault);
  return value;
};

const readEncoding = async (reader: ByteReader): Promise<string> => {
  const set = /^SET client_encoding = '([A-Z0-9_]+)';\n$/;
  const encoding = await readSetting(reader, set, 'the encoding is no known one');
  if (!ENCODINGS.has(encoding)) throw corrupt(reader, 'the encoding is no known one');
  return encoding;
};

const readStrings = async (reader: ByteReader): Promise<boolean> => {
  const set = /^SET standard_conforming_strings = '(on|off)';\n$/;
  const fault = 'standard_conforming_strings is neither on nor off';
  return (await readSetting(reader, set, fault)) === 'on';
};

/** Of a function, a view or a rule there may be several. */
const KEPT_HEADS = 16;

/**
 * Reads the SQL of an entry as psql would, each statement to its end.
 *
 * @returns how the first of them begin, one character per byte.
 * @throws {DamageError} where psql would stumble.
 */
export const readStatements = async (
  reader: ByteReader,
  session: Session,
  comment: (text: string) => void = () => {},
): Promise<string[]> => {
  const heads: string[] = [];
  const fault = (what: string): never => {
    throw corrupt(reader, what);
  };
  const lexer = new SqlLexer({
    comment,
    command: () => fault('a backslash stands between statements'),
    statement: (_, head) => {
      if (heads.length < KEPT_HEADS) heads.push(head());
      return undefined;
    },
    rows: () => {},
    fault,
  });
  lexer.hasPlainStrings = session.hasPlainStrings;
  lexer.encoding = session.encoding === undefined ? undefined : clientEncoding(session.encoding);
  await skipText(reader, (piece) => lexer.push(piece));
  lexer.end();
  // The server is given the whole text, and is not misled by what psql takes for a body's `BEGIN`.
  if (lexer.unfinished !== undefined && !lexer.isInRoutine) {
    fault('a statement of an entry is not ended');
  }
  return heads;
};

/** One on each line. Source: dumpLO of pg_dump.c, since 17. */
const readOids = async (reader: ByteReader): Promise<number[]> => {
  const list = (await readText(reader, OIDS_BYTES)) ?? '';
  if (!/^(?:[1-9]\d{0,9}\n)+$/.test(list)) throw corrupt(reader, 'a list of large objects is none');
  return list.trimEnd().split('\n').map(Number);
};

/**
 * What an entry defines: the name as it stands there, where that must be the entry's own; large objects. Of data: the
 * root of a partition that it goes into.
 */
export type Definition = { name?: string; oids?: number[]; partitionRoot?: string };

const readSql = async (reader: ByteReader, kind: string, session: Session): Promise<Definition> => {
  let partitionRoot: string | undefined;
  const heads = await readStatements(reader, session, (text) => {
    partitionRoot ??= readPartitionRoot(Buffer.from(text, 'latin1').toString('utf8'));
  });
  const defined = heads.map((head) => readDefined(kind, head)).find((one) => one !== undefined);
  if (heads.length > 0 && defined === undefined) {
    throw corrupt(reader, `nothing defines its ${kind}`);
  }
  const name = defined?.name && Buffer.from(defined.name, 'latin1').toString('utf8');
  return {
    ...(name !== undefined && { name }),
    ...(partitionRoot !== undefined && { partitionRoot }),
    ...(name !== undefined && kind === 'BLOB' && { oids: [Number(name)] }),
  };
};

/**
 * Reads an entry's definition and its `DROP`.
 *
 * @throws {DamageError} `corrupt` where it is not SQL, or defines nothing of its kind.
 */
export const readDefinition = async (
  reader: ByteReader,
  kind: string,
  session: Session,
): Promise<Definition> => {
  let defined: Definition = {};
  if (kind === 'ENCODING') session.encoding = await readEncoding(reader);
  else if (kind === 'STDSTRINGS') session.hasPlainStrings = await readStrings(reader);
  else if (kind === 'BLOB METADATA') defined = { oids: await readOids(reader) };
  else defined = await readSql(reader, kind, session);
  await readStatements(reader, session); // DROP
  return defined;
};
