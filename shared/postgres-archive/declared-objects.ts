import { DamageError } from '../backup-encoding/damage-error.ts';

/** Large objects beyond so many are not held against their data. */
const MOST_KEPT = 250_000;

/** The large objects that a table of contents makes, each of which must get its data once. */
export class DeclaredObjects {
  #waiting: Set<number> | undefined = new Set();
  #isEmpty = true;

  declare(oid: number): void {
    this.#isEmpty = false;
    this.#waiting?.add(oid);
    if ((this.#waiting?.size ?? 0) > MOST_KEPT) this.#waiting = undefined;
  }

  /** @throws {DamageError} `corrupt` where nothing makes it: a restore stops there. */
  give(oid: number): void {
    // A dump of the data alone (`--section=data`) makes none.
    if (this.#isEmpty || this.#waiting === undefined || this.#waiting.delete(oid)) return;
    throw new DamageError(
      'corrupt',
      `large object ${oid} has data twice, or the table of contents does not make it`,
    );
  }

  /** @throws {DamageError} `truncated` where some got no data: a restore leaves them empty. */
  end(): void {
    const [first] = this.#waiting ?? [];
    if (first === undefined) return;
    throw new DamageError(
      'truncated',
      `${this.#waiting?.size} large objects have no data, the first ${first}`,
    );
  }
}
