/** Said under the rates of `npm run bench:damage` and in docs/damage.md. */
export const WHY_UNDETECTED: readonly string[] = [
  'The fixtures are small, so most of their bytes are definitions. In a real dump most are rows: the rates are those of the worst case.',
  'The table of contents of -Fc, -Ft and -Fd has no checksum. Its definitions are read as SQL: every statement begins as its kind does and ends, strings, parentheses and brackets are closed, names are those of their entries, COPY is one, large objects have their data. Another word of a definition, such as the name of a column or of a type, an owner or a comment can change unseen, though a server may refuse it; pg_restore without a server sees less.',
  'Rows inside gzip (-Fc, -Fd) carry an Adler-32 or CRC-32: all damage of them is seen. lz4 and zstd are written by pg_dump without a checksum: what breaks their own structure is seen, or rows that no longer have their columns or their encoding.',
  'Rows that are not compressed (-Z0, -Ft, plain) have no checksum: a changed letter within a value is seen by nobody, here or there. A lost tab, row end, or byte that is no UTF-8 is.',
  'restore.sql in a tar, dates, versions and comments in a header can change without changing what is restored ("restores the same").',
  'So: put gzip, zstd with its checksum, age or gpg around the whole dump. Then no single damage of the object passes.',
];
