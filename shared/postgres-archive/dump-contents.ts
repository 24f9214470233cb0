import type { ArchiveHead } from './archive-head.ts';
import type { DataEntry } from './archive-toc.ts';

export type TableContents = { name: string; bytes: number; rows?: number };

/** What a dump was seen to hold. */
export type DumpContents = Omit<ArchiveHead, 'minor'> & {
  /** Of the archive's format, e.g. `1.14`. */
  archiveVersion: string;
  tocEntries: number;
  /** Tables with data; an empty one counts, one of which only the definition is there does not. */
  tables: number;
  /** Over all tables that were dumped for COPY; absent where any has INSERTs instead. */
  rows?: number;
  /** Decompressed, of tables. */
  tableBytes: number;
  largeObjects: number;
  /** The largest, by bytes. */
  largest: TableContents[];
};

const KEPT = 20;

/** Adds up what the entries of a dump held. Keeps the largest tables, not all. */
export class ContentsTally {
  largeObjects = 0;
  #tables = 0;
  #rows: number | undefined = 0;
  #bytes = 0;
  #largest: TableContents[] = [];

  add({ kind, name }: DataEntry, bytes: number, rows: number | undefined): void {
    if (kind !== 'TABLE DATA') return;
    this.#tables += 1;
    this.#bytes += bytes;
    this.#rows = rows === undefined || this.#rows === undefined ? undefined : this.#rows + rows;
    if (this.#largest.length === KEPT && bytes <= (this.#largest.at(-1)?.bytes ?? 0)) return;
    this.#largest.push({ name: name.slice(0, 256), bytes, ...(rows !== undefined && { rows }) });
    this.#largest.sort((a, b) => b.bytes - a.bytes);
    this.#largest.length = Math.min(this.#largest.length, KEPT);
  }

  contents({ minor, ...head }: ArchiveHead, tocEntries: number): DumpContents {
    return {
      ...head,
      archiveVersion: `1.${minor}`,
      tocEntries,
      tables: this.#tables,
      ...(this.#rows !== undefined && { rows: this.#rows }),
      tableBytes: this.#bytes,
      largeObjects: this.largeObjects,
      largest: this.#largest,
    };
  }
}
