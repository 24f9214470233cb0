import {
  allow,
  learn,
  type Outcome,
  type Pace,
  type PaceSettings,
  startPace,
} from './decide-pace.ts';
import { decideStop, type Seen, type Stop, type StopSettings } from './decide-stop.ts';

type Settings = PaceSettings & StopSettings;

type Clock = {
  now: () => number;
  sleep: (ms: number) => Promise<void>;
  /** Nothing new is sent after this. */
  deadline: number;
};

/** A pause longer than this is the queue's, not ours; a slow rate is slept for in pieces of it. */
const LONGEST_SLEEP_MS = 6_000;

/**
 * The one pace of all writers of a process: who may send now, and when all of them stop. Holds numbers
 * alone, so it does not grow with the messages.
 */
export class Pacer {
  stop: Stop | undefined;
  /** What the last message met that was not taken. */
  lastRefusal: string | undefined;
  readonly #settings: Settings;
  readonly #clock: Clock;
  #pace: Pace;
  #underWay = 0;
  #seen: Seen = { answers: 0, failures: 0, endpointStreak: 0 };
  #waiting: (() => void)[] = [];

  constructor(settings: Settings, clock: Clock, openings: number) {
    this.#settings = settings;
    this.#clock = clock;
    this.#pace = { ...startPace(settings, clock.now(), openings > 0), openings };
  }

  /** Messages that may be under way at once, at this moment. */
  get window(): number {
    return this.#settings.canary > this.#seen.answers ? 1 : this.#pace.window;
  }

  get openings(): number {
    return this.#pace.openings;
  }

  /** Until when nothing is to be sent, in milliseconds since 1970. */
  get pausedUntil(): number {
    return this.#pace.pausedUntil;
  }

  /** Whether the destination takes messages at all, as far as is known. */
  get destinationWorks(): boolean {
    return this.#pace.openings === 0;
  }

  /**
   * How many of `wanted` messages may be sent now; waits for the first. 0: none any more, or none before `until`,
   * in milliseconds since 1970.
   */
  async turn(wanted: number, until = Number.POSITIVE_INFINITY): Promise<number> {
    for (;;) {
      const now = this.#clock.now();
      if (this.stop === undefined && now >= this.#clock.deadline) {
        this.stop = { reason: 'out-of-time', detail: 'this stretch is over' };
      }
      if (this.stop !== undefined || now >= until) return 0;
      const underWay = this.#underWay;
      const most = Math.min(wanted, Math.max(0, this.window - underWay));
      const { pace, send, waitMs } = allow(this.#pace, this.#settings, {
        wanted: most,
        underWay,
        now,
      });
      this.#pace = pace;
      if (send > 0) {
        this.#underWay += send;
        return send;
      }
      const left = Math.min(until, this.#clock.deadline) - now;
      if (waitMs > LONGEST_SLEEP_MS && pace.pausedUntil > now) this.#pause(waitMs);
      else if (waitMs > 0) await this.#clock.sleep(Math.min(waitMs, left, LONGEST_SLEEP_MS));
      else if (underWay > 0) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  /** Tells how one message ended that had its turn. */
  done(outcome: Outcome, reason?: string, afterMs?: number): void {
    this.#underWay -= 1;
    this.lastRefusal = reason ?? this.lastRefusal;
    this.#pace = learn(this.#pace, this.#settings, { outcome, afterMs, now: this.#clock.now() });
    const failed = outcome !== 'success' && outcome !== 'busy';
    this.#seen = {
      answers: this.#seen.answers + (outcome === 'busy' ? 0 : 1),
      failures: this.#seen.failures + (failed ? 1 : 0),
      endpointStreak: this.#pace.endpointStreak,
      endpointReason: outcome === 'endpoint' ? reason : this.#seen.endpointReason,
    };
    this.stop ??= decideStop(this.#settings, this.#seen);
    this.#wake();
  }

  #pause(waitMs: number): void {
    const seconds = Math.ceil(waitMs / 1_000);
    this.stop ??= { reason: 'paused', detail: `the destination is left alone for ${seconds} s` };
    this.#wake();
  }

  /** Ends the turns of all writers. */
  end(stop: Stop): void {
    this.stop ??= stop;
    this.#wake();
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}
