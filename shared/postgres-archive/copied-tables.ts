import type { Entry } from './archive-entry.ts';

/**
 * Whether rows go into the table that they are of. With `--load-via-partition-root` those of a partition go into
 * its root; where neither is the case, a name is broken, and COPY would stop there.
 */
export class CopiedTables {
  readonly #tables = new Set<string>();
  readonly #elsewhere = new Map<string, string>();

  add({ table, copiesInto, data }: Entry): void {
    if (table !== undefined) this.#tables.add(table);
    if (copiesInto !== undefined && data !== undefined) this.#elsewhere.set(data.name, copiesInto);
  }

  /** What is wrong, if anything. Of a dump that does not make the table itself nothing is known. */
  homeless(): string | undefined {
    for (const [table, into] of this.#elsewhere) {
      if (this.#tables.has(table) && !this.#tables.has(into))
        return `the rows of ${table} go into ${into}, which is not there`;
    }
    return undefined;
  }
}
