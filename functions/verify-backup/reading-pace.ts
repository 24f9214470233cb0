import type { ByteSource } from '../../shared/backup-encoding/byte-source.ts';
import { decideBudget, type Estimate, estimateReading, type Sample } from './decide-budget.ts';

/** It cannot be read to its end in this invocation. Another try alone changes nothing. */
export class OutOfTimeError extends Error {
  readonly estimate: Estimate;
  constructor(estimate: Estimate) {
    super('there is not enough time to read it to its end');
    this.name = 'OutOfTimeError';
    this.estimate = estimate;
  }
}

export type PaceOptions = {
  /** Of everything that is to be read. */
  size: number;
  budgetMs: number;
  memoryMb?: number;
  /** Milliseconds that only ever grow. */
  now?: () => number;
};

const SAMPLE_EVERY_MS = 2_000;

/** Measures how fast a backup is read, and ends the reading as soon as it is certain not to end in time. */
export class ReadingPace {
  readonly #options: PaceOptions;
  readonly #now: () => number;
  readonly #started: number;
  /** Of 15 minutes there are 450. */
  readonly #samples: Sample[] = [{ atMs: 0, bytes: 0 }];
  #bytes = 0;

  constructor(options: PaceOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
    this.#started = this.#now();
  }

  /** Passes a source on; several may be watched beside each other. @throws {OutOfTimeError} */
  async *watch(source: ByteSource): AsyncGenerator<Buffer> {
    for await (const piece of source) {
      this.#bytes += piece.length;
      this.#judge();
      yield piece;
    }
  }

  estimate(): Estimate {
    return estimateReading(this.#facts());
  }

  #judge(): void {
    const { atMs } = this.#samples.at(-1) ?? { atMs: 0 };
    if (this.#now() - this.#started - atMs < SAMPLE_EVERY_MS) return;
    const facts = this.#facts();
    this.#samples.push(...facts.samples.slice(-1));
    const budget = decideBudget(facts);
    if (budget.decision === 'stop') throw new OutOfTimeError(budget.estimate);
  }

  #facts() {
    const newest = { atMs: this.#now() - this.#started, bytes: this.#bytes };
    return { ...this.#options, samples: [...this.#samples, newest] };
  }
}
