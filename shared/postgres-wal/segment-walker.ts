import { PageCutter } from './page-cutter.ts';
import type { FirstPage } from './page-header.ts';
import { RecordWalk } from './record-walk.ts';
import type { Ending, SegmentWalk, Stop, WalCarry } from './segment-walk.ts';
import { isInPlace, pageProblem } from './wal-page.ts';

export type WalkOptions = {
  /** What the walk over the segment before handed over. Used where this one begins there. */
  carry?: WalCarry;
  /** The timeline in the file's name: no page may be of a higher one. */
  timeline?: number;
  /** A `.partial` one: whatever is not followed by more of the same WAL is where it ends. */
  partial?: boolean;
};

/** After these a reader may simply have come to the end of what was written. */
const END_LIKE: ReadonlySet<Stop['kind']> = new Set(['zeros', 'leftover']);

/** Walks the bytes of one segment as they come. Push until `done`, then ask for the result. */
export class SegmentWalker {
  readonly #first: FirstPage;
  readonly #records: RecordWalk;
  readonly #pages: PageCutter;
  readonly #options: WalkOptions;
  #offset = 0;
  #stop?: Stop;
  #corrupt = false;

  /** `first` is the header of the first page, whose values are plausible. */
  constructor(first: FirstPage, postgres: number, options: WalkOptions) {
    const carry = options.carry?.at === first.address ? options.carry : undefined;
    this.#first = first;
    this.#options = options;
    this.#records = new RecordWalk(first, postgres, carry);
    this.#pages = new PageCutter(first.blockSize);
  }

  /** Nothing that comes could change the result. */
  get done(): boolean {
    return this.#corrupt;
  }

  push(piece: Buffer): void {
    if (!this.#corrupt) this.#pages.cut(piece, (page) => this.#take(page));
  }

  result(): SegmentWalk {
    const { rest } = this.#pages;
    if (!this.#corrupt) this.#judgeLength(rest.length);
    const records = this.#records;
    return {
      ...records.facts,
      first: this.#first,
      ending: this.#ending(),
      bytes: this.#offset + rest.length,
      records: records.records,
      firstRecord: records.firstRecord,
      lastRecord: records.lastRecord,
      end: this.#first.address + BigInt(records.end),
      timeline: records.timeline,
      uncheckedBytes: records.uncheckedBytes,
      oddBytes: records.oddBytes,
    };
  }

  #take(page: Buffer): boolean {
    const offset = this.#offset;
    this.#offset += page.length;
    if (offset >= this.#first.segmentSize) this.#tooLong();
    else if (this.#stop !== undefined) this.#lookBehind(page, offset);
    else if (this.#records.switched) this.#records.tail(page);
    else this.#walk(page, offset);
    return !this.#corrupt;
  }

  #walk(page: Buffer, offset: number): void {
    const lsn = this.#first.address + BigInt(offset);
    const problem = pageProblem(page, offset, this.#first, {
      low: this.#records.timeline,
      high: this.#options.timeline ?? Number.POSITIVE_INFINITY,
    });
    this.#stop = problem ? { ...problem, lsn } : this.#records.page(page, offset);
    if (this.#stop === undefined) return;
    this.#corrupt = !this.#options.partial && !END_LIKE.has(this.#stop.kind);
  }

  /** A page of this very place behind the end means that it was no end. */
  #lookBehind(page: Buffer, offset: number): void {
    this.#corrupt = isInPlace(page, offset, this.#first);
  }

  #judgeLength(restLength: number): void {
    const [has, { address, segmentSize }] = [this.#offset + restLength, this.#first];
    if (has > segmentSize) this.#tooLong();
    if (has >= segmentSize) return;
    const detail = `the file ends after ${has} bytes, and a segment has ${segmentSize}`;
    const stop: Stop = { kind: 'truncated', detail, lsn: address + BigInt(has) };
    if (this.#options.partial) this.#stop ??= stop;
    else this.#endCorrupt(stop);
  }

  #tooLong(): void {
    const { address, segmentSize } = this.#first;
    const detail = `the file goes on after the ${segmentSize} bytes of a segment`;
    this.#endCorrupt({ kind: 'trailing-data', detail, lsn: address + BigInt(segmentSize) });
  }

  #endCorrupt(stop: Stop): void {
    this.#stop = stop;
    this.#corrupt = true;
  }

  #ending(): Ending {
    if (this.#stop !== undefined) {
      return { kind: this.#corrupt ? 'corrupt' : 'early', stop: this.#stop };
    }
    return { kind: this.#records.switched ? 'switch' : 'full', carry: this.#records.carry() };
  }
}
