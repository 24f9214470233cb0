/**
 * How many columns the COPY statement of an entry names; undefined where it is none of pg_dump's.
 * Source: getTableData and fmtCopyColumnList of pg_dump.c.
 */
export const countCopyColumns = (statement: string): number | undefined => {
  // A quoted name may hold what separates names, and a quote of its own is written twice.
  const unquoted = statement.replaceAll(/"(?:[^"]|"")*"/g, '_');
  return /^COPY [^()]+ \(([^()]+)\) FROM stdin;\n$/.exec(unquoted)?.[1]?.split(',').length;
};
