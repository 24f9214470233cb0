import { readText, skipText } from './archive-fields.ts';
import type { ByteReader } from './byte-reader.ts';

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

/** What pg_restore itself obeys, while it reads the table of contents. */
export type Definition = { fault?: string; encoding?: string };

/**
 * Passes over an entry's definition. Only those that pg_restore obeys are judged: it stops where it does
 * not understand them.
 */
export const readDefinition = async (reader: ByteReader, kind: string): Promise<Definition> => {
  if (kind === 'ENCODING') {
    const set = (await readText(reader, SETTING_BYTES)) ?? '';
    const encoding = /^SET client_encoding = '([A-Z0-9_]+)';\n$/.exec(set)?.[1];
    return encoding !== undefined && ENCODINGS.has(encoding)
      ? { encoding }
      : { fault: 'the encoding is no known one' };
  }
  if (kind === 'STDSTRINGS') {
    const set = (await readText(reader, SETTING_BYTES)) ?? '';
    const isKnown = /^SET standard_conforming_strings = '(on|off)';\n$/.test(set);
    return isKnown ? {} : { fault: 'standard_conforming_strings is neither on nor off' };
  }
  await skipText(reader);
  return {};
};
