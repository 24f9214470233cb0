/** What an encoding of the client means for a reader that does not decode it. */
export type ClientEncoding = {
  isUtf8: boolean;
  /** Bytes below 128 stand for themselves wherever they are, so a backslash is one. */
  hasPlainBackslash: boolean;
  /** Whether a byte takes the next one with it, where that may look like a backslash. */
  isLead?: (byte: number) => boolean;
};

const isHigh = (byte: number): boolean => byte >= 0x81;
/** Half-width katakana are one byte. */
const isLeadOfSjis = (byte: number): boolean =>
  isHigh(byte) && byte !== 0xa0 && !(byte >= 0xa1 && byte <= 0xdf);

/** Source: pg_mbstr.h and wchar.c of PostgreSQL; these can only be the client's, never a server's. */
const EMBEDDING: Record<string, (byte: number) => boolean> = {
  SJIS: isLeadOfSjis,
  SHIFT_JIS_2004: isLeadOfSjis,
  BIG5: isHigh,
  GBK: isHigh,
  UHC: isHigh,
  JOHAB: isHigh,
  GB18030: isHigh,
};

/** Of `SET client_encoding = 'NAME'`. */
export const clientEncoding = (name: string): ClientEncoding => {
  const isLead = EMBEDDING[name.toUpperCase()];
  const isUtf8 = /^(?:UTF-?8|UNICODE)$/i.test(name);
  return {
    isUtf8,
    hasPlainBackslash: isLead === undefined,
    ...(isLead !== undefined && { isLead }),
  };
};
