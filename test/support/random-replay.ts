import type { Answer } from '../../functions/replay-dead-letters/decide-answer.ts';
import type { Counts, State } from '../../functions/replay-dead-letters/ledger.ts';
import { hashBody } from '../../shared/sns-envelope/body-key.ts';
import { createCrashStage, envelope, idOf } from './crash-stage.ts';
import { createFaultPoints } from './fault-points.ts';

/** The same numbers for the same seed, from 0 to 1: mulberry32. */
const createRandom = (seed: number) => {
  let state = seed;
  return (): number => {
    state = (state + 0x6d2b79f5) | 0;
    const a = Math.imul(state ^ (state >>> 15), 1 | state);
    const b = (a + Math.imul(a ^ (a >>> 7), 61 | a)) ^ a;
    return ((b ^ (b >>> 14)) >>> 0) / 4_294_967_296;
  };
};

const status = (code: number, more: object = {}): Answer => ({
  answer: 'status',
  status: code,
  page: false,
  ...more,
});

const OTHER_ANSWERS: readonly Answer[] = [
  status(200, { page: true }),
  status(404),
  status(413),
  status(429, { retryAfterSeconds: 20 }),
  status(500),
  status(504),
  { answer: 'none', reason: 'no answer in time' },
  { answer: 'unsent', reason: 'ECONNREFUSED' },
];

const OPEN: ReadonlySet<State> = new Set(['SENDING', 'RETRY', 'SKIPPED']);

const mayHaveArrived = (answer: Answer): boolean =>
  answer.answer === 'none' ||
  (answer.answer === 'status' && (answer.status === 200 || answer.status === 504));

const pendingOf = ({ received, done, duplicates, quarantined, unknown }: Counts): number =>
  received - done - duplicates - quarantined - unknown;

/**
 * Replays a queue that nobody chose: copies, other bodies, garbage, an endpoint that answers anything, up to
 * three runs at once with options of all kinds, in processes that die.
 *
 * @returns everything that does not hold: each run's numbers are exactly the entries that it has in the ledger,
 *   nothing is removed before it is archived, whatever is not dealt with lies in the queue, and a strict
 *   receiver gets nothing twice.
 */
export const playRandomReplay = async (seed: number): Promise<string[]> => {
  const random = createRandom(seed);
  const below = (count: number): number => Math.floor(random() * count);
  const chance = (share: number): boolean => random() < share;
  const receiver = chance(0.5) ? 'strict' : 'idempotent';
  const works = chance(0.3) ? 1 : 0.6;
  const arrived = new Map<string, number>();
  const stage = createCrashStage(receiver, async (items) =>
    items.map(({ idempotencyKey: id }) => {
      const other = OTHER_ANSWERS[below(OTHER_ANSWERS.length)];
      const answer = chance(works) || other === undefined ? status(200) : other;
      if (mayHaveArrived(answer)) arrived.set(id, (arrived.get(id) ?? 0) + 1);
      return answer;
    }),
  );

  const bodyOf = (id: string): string => {
    if (chance(0.06)) return envelope(id, 'another body');
    if (chance(0.05)) return ['garbage', '{}', ''][below(3)] ?? '';
    return chance(0.1) ? envelope(id).replace('T01:00', 'T00:00') : envelope(id);
  };
  for (let index = below(60); index >= 0; index -= 1) {
    for (let copy = chance(0.6) ? 0 : below(3); copy >= 0; copy -= 1)
      stage.queue.put(`copy-${index}-${copy}`, bodyOf(idOf(index)));
  }

  const copies = stage.queue.bodies().length;

  const optionsOf = () => ({
    ...(chance(0.3) ? { filter: { since: '2026-03-02T00:30:00.000Z' } } : {}),
    ...(chance(0.2) ? { limit: 1 + below(20) } : {}),
    ...(chance(0.2) ? { canary: below(5) } : {}),
    ...(chance(0.3) ? { rate: { perSecond: 0.5 + below(20), rampUpSeconds: 30 * below(2) } } : {}),
    ...(chance(0.1) ? { stopAtErrorRate: 0.3 } : {}),
    concurrency: 1 + below(50),
    maxAttempts: 1 + below(6),
  });
  const kills = Array.from({ length: below(6) }, () => 1 + below(300));
  const nextLife = () => createFaultPoints(kills.shift() ?? Number.POSITIVE_INFINITY);
  const reports = await Promise.all(
    Array.from({ length: 1 + below(3) }, (_, index) =>
      stage.untilEnded(`run-${index}`, nextLife, optionsOf()),
    ),
  );

  const wrong: string[] = stage.lost.map((copy) => `${copy} was removed before it was archived`);
  const entries = [...stage.store.entries.values()];
  let duplicates = 0;
  for (const { run, reason, balanced } of reports) {
    const { counts, archived } = await stage.store.runs.totals(run);
    const count = (...states: State[]): number =>
      entries.filter((entry) => entry.run === run && states.includes(entry.state)).length;
    const pending = pendingOf(counts);
    duplicates += counts.duplicates;
    const facts: [string, boolean][] = [
      ['done', counts.done === count('DONE')],
      ['quarantined', counts.quarantined === count('QUARANTINED')],
      ['unknown', counts.unknown === count('UNKNOWN')],
      ['pending', pending === count(...OPEN)],
      ['skipped', counts.skipped === count('SKIPPED')],
      ['archived', counts.received <= archived],
      ['balanced', balanced],
      ['finished', reason !== 'finished' || pending === counts.skipped],
    ];
    for (const [name, holds] of facts) if (!holds) wrong.push(`${run}: ${name} is wrong`);
  }
  const left = stage.queue.bodies();
  const ended = entries.filter(({ state }) => !OPEN.has(state)).length;
  // One copy of each, and the further ones; of those a crash may have one counted twice.
  if (ended + duplicates < copies - left.length) wrong.push('copies are gone that nobody counted');
  const lying = new Set(left.map(hashBody));
  for (const { key, state, hash } of entries) {
    if (OPEN.has(state) && !lying.has(hash))
      wrong.push(`${key} is ${state}, and no copy of it is left`);
  }
  if (receiver === 'strict')
    for (const [id, times] of arrived) if (times > 1) wrong.push(`${id} came ${times} times`);
  return wrong;
};
