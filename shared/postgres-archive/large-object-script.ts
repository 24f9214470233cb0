import type { ContentsTally } from './dump-contents.ts';

/** Source: pg_backup_archiver.c (StartRestoreLO) and pg_backup_null.c (dropLOIfExists, _WriteLOData). */
const OPEN =
  /^SELECT (?:pg_catalog\.)?lo_open\((?:'(\d{1,10})'|pg_catalog\.lo_create\('(\d{1,10})'\))/;
const WRITE = /^SELECT (?:pg_catalog\.)?lowrite\(/;
const CLOSE = /^SELECT (?:pg_catalog\.)?lo_close\(/;
/** `SELECT pg_catalog.lowrite(0, '\x` and `');`. Two hexadecimal digits for each byte are between. */
const AROUND_BYTES = 35;

/** Follows the statements that write large objects: each is opened, written and closed, within BEGIN and COMMIT. */
export class LargeObjectScript {
  readonly #tally: ContentsTally;
  #isInTransaction = false;
  #open: number | undefined;
  #bytes = 0;

  constructor(tally: ContentsTally) {
    this.#tally = tally;
  }

  /** What an end would leave undone here. */
  get fault(): string | undefined {
    return this.#open === undefined ? undefined : `large object ${this.#open} is not closed`;
  }

  /** The same at the end of a dump. */
  get openTransaction(): string | undefined {
    return this.#isInTransaction ? 'a transaction is not committed' : undefined;
  }

  /** Answers what is wrong with it. */
  read(command: string, head: string, bytes: number): string | undefined {
    if (command === 'BEGIN') return this.#begin();
    if (command === 'COMMIT') return this.#commit();
    const [, opened, created] = OPEN.exec(head) ?? [];
    const oid = opened ?? created;
    if (oid !== undefined) return this.#openObject(Number(oid));
    if (WRITE.test(head)) {
      this.#bytes += Math.max(0, Math.floor((bytes - AROUND_BYTES) / 2));
      return this.#open === undefined ? 'a large object is written that is not open' : undefined;
    }
    return CLOSE.test(head) ? this.#close() : undefined;
  }

  #begin(): string | undefined {
    if (this.#isInTransaction) return 'a transaction begins within another';
    this.#isInTransaction = true;
    return this.fault;
  }

  #commit(): string | undefined {
    if (!this.#isInTransaction) return 'a transaction ends that did not begin';
    this.#isInTransaction = false;
    return this.fault;
  }

  #openObject(oid: number): string | undefined {
    const { fault } = this;
    this.#open = oid;
    this.#bytes = 0;
    if (fault === undefined && !this.#isInTransaction) {
      return `large object ${oid} is opened outside of a transaction`;
    }
    return fault;
  }

  #close(): string | undefined {
    if (this.#open === undefined) return 'a large object is closed that is not open';
    this.#tally.addLargeObject(this.#open, this.#bytes);
    this.#open = undefined;
    return undefined;
  }
}
