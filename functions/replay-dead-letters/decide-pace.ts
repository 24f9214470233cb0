/** How fast a run may go, in the words of its command. */
export type PaceSettings = {
  /** Messages that may be under way at once, at most. */
  concurrency: number;
  /** Messages a second, at most; absent: as fast as the destination takes them. */
  perSecond?: number | undefined;
  /** So long after the run's start it reaches `perSecond`, in a straight line from zero. */
  rampUpSeconds: number;
  /** The run began then, in milliseconds since 1970. */
  startedAt: number;
};

/** One process's view of the destination. Never kept: a new process begins carefully again. */
export type Pace = {
  /** Messages that may be under way at once, now. Doubles while all goes well, halves when it does not. */
  window: number;
  /** Messages that the rate allows now. */
  tokens: number;
  at: number;
  /** Failures since the last success. */
  streak: number;
  /** Failures since the last success that say that the address itself is wrong. */
  endpointStreak: number;
  /** Nothing is sent before this. */
  pausedUntil: number;
  /** How often the circuit opened since the last success. */
  openings: number;
};

export type Outcome = 'success' | 'quarantine' | 'endpoint' | 'outage' | 'busy' | 'unknown';

const FIRST_WINDOW = 10;
/** So many failures in a row open the circuit: longer than the attempts of one bad message alone. */
export const OPENS_AFTER = 10;
const FIRST_PAUSE_MS = 5_000;
const LONGEST_PAUSE_MS = 900_000;
const BUSY_PAUSE_MS = 5_000;
/** Of a receiver that is busy and says "at once", or whose clock is behind. */
const SHORTEST_BUSY_PAUSE_MS = 1_000;

export const startPace = ({ concurrency }: PaceSettings, now: number, isProbe: boolean): Pace => ({
  window: isProbe ? 1 : Math.min(FIRST_WINDOW, concurrency),
  tokens: 1,
  at: now,
  streak: 0,
  endpointStreak: 0,
  pausedUntil: 0,
  openings: 0,
});

const rateAt = ({ perSecond = 0, rampUpSeconds, startedAt }: PaceSettings, now: number): number => {
  const share = rampUpSeconds === 0 ? 1 : (now - startedAt) / (rampUpSeconds * 1_000);
  return perSecond * Math.min(1, Math.max(0, share));
};

/** The share of a second's messages that may go out at once after a while of none. */
const BURST_SECONDS = 1;

/** Credits what the rate allowed since the last look. */
const credit = (pace: Pace, settings: PaceSettings, now: number): Pace => {
  if (settings.perSecond === undefined) return { ...pace, at: now };
  const middle = rateAt(settings, (pace.at + now) / 2);
  const most = Math.max(1, rateAt(settings, now) * BURST_SECONDS);
  const tokens = Math.min(most, pace.tokens + (middle * (now - pace.at)) / 1_000);
  return { ...pace, tokens, at: now };
};

export type Allowance = { pace: Pace; send: number; waitMs: number };

/**
 * How many of `wanted` messages may be sent now, with `underWay` being sent; `waitMs` is after how long to
 * ask again where it is none, and 0 where only an answer can make room.
 */
export const allow = (
  before: Pace,
  settings: PaceSettings,
  { wanted, underWay, now }: { wanted: number; underWay: number; now: number },
): Allowance => {
  const pace = credit(before, settings, now);
  if (pace.pausedUntil > now) return { pace, send: 0, waitMs: pace.pausedUntil - now };
  const room = Math.max(0, pace.window - underWay);
  if (settings.perSecond === undefined) return { pace, send: Math.min(wanted, room), waitMs: 0 };
  const send = Math.min(wanted, room, Math.floor(pace.tokens));
  if (send > 0) return { pace: { ...pace, tokens: pace.tokens - send }, send, waitMs: 0 };
  if (room === 0) return { pace, send: 0, waitMs: 0 };
  const rate = Math.max(rateAt(settings, now), settings.perSecond / 10);
  return { pace, send: 0, waitMs: Math.ceil(((1 - pace.tokens) / rate) * 1_000) };
};

const open = (pace: Pace, now: number): Pace => {
  const pause = Math.min(FIRST_PAUSE_MS * 2 ** pace.openings, LONGEST_PAUSE_MS);
  // One message alone tries whether the destination is back.
  return { ...pace, window: 1, openings: pace.openings + 1, pausedUntil: now + pause };
};

const fail = (pace: Pace, now: number): Pace => {
  const streak = pace.streak + 1;
  const slower = { ...pace, streak, window: Math.max(1, Math.floor(pace.window / 2)) };
  const isProbe = pace.openings > 0;
  return (isProbe || streak >= OPENS_AFTER) && pace.pausedUntil <= now ? open(slower, now) : slower;
};

/** What the answer to one message changes. A message that is refused for itself says that somebody is there. */
export const learn = (
  pace: Pace,
  { concurrency }: PaceSettings,
  { outcome, afterMs, now }: { outcome: Outcome; afterMs?: number | undefined; now: number },
): Pace => {
  switch (outcome) {
    case 'success':
      return {
        ...pace,
        streak: 0,
        endpointStreak: 0,
        openings: 0,
        window: Math.min(concurrency, pace.window + 1),
      };
    case 'quarantine':
      return { ...pace, streak: 0, endpointStreak: 0, openings: 0 };
    case 'busy':
      return {
        ...pace,
        window: Math.max(1, Math.floor(pace.window / 2)),
        pausedUntil: Math.max(
          pace.pausedUntil,
          now + Math.max(afterMs ?? BUSY_PAUSE_MS, SHORTEST_BUSY_PAUSE_MS),
        ),
      };
    case 'endpoint':
      return { ...fail(pace, now), endpointStreak: pace.endpointStreak + 1 };
    case 'outage':
    case 'unknown':
      return fail(pace, now);
  }
};
