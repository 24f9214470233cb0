import { formatLsn } from './lsn.ts';
import { RECORD_HEADER_BYTES } from './open-record.ts';
import type { Problem } from './segment-walk.ts';

/** No version makes a longer one: PostgreSQL xlogrecord.h, XLogRecordMaxSize, and memutils.h before it. */
const LONGEST = 0x3fff_ffff;

export const lengthProblem = (length: number): Problem | undefined =>
  length >= RECORD_HEADER_BYTES && length <= LONGEST
    ? undefined
    : { kind: 'record-header', detail: `the record says that it has ${length} bytes` };

/** PostgreSQL rmgrlist.h: the same since 10. */
const LAST_MANAGER = 21;
/** Extensions bring theirs since 15; rmgr.h. */
const FIRST_CUSTOM_MANAGER = 128;

const managerProblem = (manager: number, postgres: number): Problem | undefined =>
  manager <= LAST_MANAGER || (manager >= FIRST_CUSTOM_MANAGER && postgres >= 15)
    ? undefined
    : { kind: 'record-header', detail: `the record is of a resource manager ${manager}` };

/** Every record names the one before it. In halves, since a BigInt for each would cost a third of a walk. */
export class RecordChain {
  readonly #postgres: number;
  readonly #address: { high: number; low: number };
  #high = 0;
  #low = 0;
  #known = false;

  /** Without the last record of the segment before, the first one here only has to name an earlier one. */
  constructor(address: bigint, postgres: number, last?: bigint) {
    this.#postgres = postgres;
    this.#address = { high: Number(address >> 32n), low: Number(address & 0xffff_ffffn) };
    if (last !== undefined) this.setLast(last);
  }

  get last(): bigint | undefined {
    return this.#known ? (BigInt(this.#high) << 32n) | BigInt(this.#low) : undefined;
  }

  setLast(lsn: bigint): void {
    this.#high = Number(lsn >> 32n);
    this.#low = Number(lsn & 0xffff_ffffn);
    this.#known = true;
  }

  /** The same for a record of this segment. */
  setLastOffset(offset: number): void {
    this.#high = this.#address.high;
    this.#low = this.#address.low + offset;
    this.#known = true;
  }

  /** What is wrong with the header at `at`, of which all is there. */
  problem(bytes: Buffer, at: number): Problem | undefined {
    const [low, high] = [bytes.readUInt32LE(at + 8), bytes.readUInt32LE(at + 12)];
    const fits = this.#known ? low === this.#low && high === this.#high : this.#isBefore(high, low);
    if (fits) return managerProblem(bytes[at + 17] ?? 0, this.#postgres);
    const named = formatLsn((BigInt(high) << 32n) | BigInt(low));
    const last = this.last === undefined ? '' : `, and that was ${formatLsn(this.last)}`;
    const detail = `the record says that the one before it is at ${named}${last}`;
    return { kind: 'record-chain', detail };
  }

  #isBefore(high: number, low: number): boolean {
    const { high: ownHigh, low: ownLow } = this.#address;
    return high < ownHigh || (high === ownHigh && low < ownLow);
  }
}
