/** Of each major the minor since when pg_dump says it; every later major does. */
const SAYS_SINCE: Record<number, number> = { 11: 20, 12: 15, 13: 11, 14: 8, 15: 3 };
const SAID = '-- load via partition root ';

/**
 * Whether pg_dump of this version says in a comment that the rows of a partition go into its root
 * (`--load-via-partition-root`, and by itself where a hash may differ elsewhere). Where it does not say so, they
 * may all the same. Source: dumpTableData of pg_dump.c.
 */
export const saysPartitionRoot = (dumpVersion: string): boolean => {
  const [, major, minor] = /^(\d+)\.?(\d*)/.exec(dumpVersion) ?? [];
  return Number(minor) >= (SAYS_SINCE[Number(major)] ?? 0) && Number(major) >= 11;
};

/** The root that such a comment names, as COPY does but on one line. */
export const readPartitionRoot = (comment: string): string | undefined =>
  comment.startsWith(SAID) ? comment.slice(SAID.length) : undefined;
