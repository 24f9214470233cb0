const SHOWN = 3;

/** Counts sentence parts and keeps the first of them, however many there are. */
export class ProblemList {
  count = 0;
  readonly #first: string[] = [];

  add(problem: string): void {
    this.count += 1;
    if (this.#first.length < SHOWN) this.#first.push(problem.slice(0, 300));
  }

  /** E.g. `a is missing; b is missing; and 7 more`. */
  toString(): string {
    const more = this.count > SHOWN ? [`and ${this.count - SHOWN} more`] : [];
    return [...this.#first, ...more].join('; ');
  }
}
