import { PAGE_BYTES } from './page-checksum.ts';
import type { RelationFile } from './relation-file.ts';

/**
 * What makes PostgreSQL refuse a page: bounds that cannot be (`header`), a checksum that does not agree
 * (`checksum`) or none at all (`unsummed`), or a page without any rows that is not empty (`blank`).
 */
export type PageFault = 'header' | 'checksum' | 'unsummed' | 'blank';

/** A page that PostgreSQL would refuse. WAL may mend it: who knows the backup's beginning decides. */
export type Suspect = {
  fault: PageFault;
  path: string;
  relation: RelationFile;
  /** Within the relation, over all of its segments. */
  block: number;
  lsn: bigint;
};

/** Of each fault so many are remembered; a cluster without checksums has all of its pages `unsummed`. */
const REMEMBERED = 1_000;

/** What was seen of the pages of a whole backup. */
export class PageTally {
  pages = 0;
  /** Allocated, and never written. */
  emptyPages = 0;
  /** Files that end within a page: they were being extended. */
  partialPages = 0;
  /** For a page that lies in two pieces: files are read one after the other. */
  readonly part = Buffer.alloc(PAGE_BYTES);
  readonly suspects: Suspect[] = [];
  readonly counts: Record<PageFault, number> = { header: 0, checksum: 0, unsummed: 0, blank: 0 };

  suspect(suspect: Suspect): void {
    this.counts[suspect.fault] += 1;
    if (this.counts[suspect.fault] <= REMEMBERED) this.suspects.push(suspect);
  }
}
