const LSN = /^([0-9A-Fa-f]{1,8})\/([0-9A-Fa-f]{1,8})$/;

/** Reads `16/B374D848`, PostgreSQL's text for a 64-bit position in the WAL. */
export const parseLsn = (text: string): bigint | undefined => {
  const [, high, low] = LSN.exec(text) ?? [];
  if (high === undefined || low === undefined) return undefined;
  return (BigInt(`0x${high}`) << 32n) | BigInt(`0x${low}`);
};

/** Writes a position as PostgreSQL prints it: upper-case, without leading zeros. */
export const formatLsn = (lsn: bigint): string =>
  `${(lsn >> 32n).toString(16)}/${(lsn & 0xffff_ffffn).toString(16)}`.toUpperCase();

/** The number of the segment that holds a position. On a boundary it is the one that begins there. */
export const segmentOf = (lsn: bigint, segmentSize: number): bigint => lsn / BigInt(segmentSize);
