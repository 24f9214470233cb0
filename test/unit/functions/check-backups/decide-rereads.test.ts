import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decideRereads } from '../../../../functions/check-backups/decide-rereads.ts';
import type { Generation } from '../../../../functions/check-backups/seen.ts';
import { DAY_MS, generation } from '../../../support/backup-generations.ts';

const START = Date.parse('2026-03-03T04:00:00Z');
const QUARTER_MS = 15 * 60_000;

/** Every run of some days: when each object was sent. Objects are listed from their own time on. */
const simulate = (
  objects: readonly Generation[],
  rereadSeconds: number,
  days: number,
  { everyMs = QUARTER_MS, room = 500, pause = [0, 0] as readonly [number, number] } = {},
) => {
  const sent = new Map<string, number[]>();
  const perRun: number[] = [];
  let until: string | undefined;
  for (let at = START; at <= START + days * DAY_MS; at += everyMs) {
    if (at > START + pause[0] * DAY_MS && at < START + pause[1] * DAY_MS) continue;
    const now = new Date(at);
    const listed = objects.filter((object) => object.at <= now);
    const decided = decideRereads({ listed, until, rereadSeconds, room, now });
    until = decided.until;
    perRun.push(decided.reread.length);
    for (const { name } of decided.reread) sent.set(name, [...(sent.get(name) ?? []), at]);
  }
  return { sent, perRun };
};

describe('what is to be read again', () => {
  it('is every object within the time of the plan, and none before three quarters of it are over', () => {
    const days = 10;
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 15 * DAY_MS }), { minLength: 1, maxLength: 8 }),
        (times) => {
          const objects = times.map((time, n) => generation(START + time, { name: `object ${n}` }));
          const { sent } = simulate(objects, days * 86_400, 45, { everyMs: 4 * QUARTER_MS });
          for (const { name, at } of objects) {
            const readings = [at.getTime(), ...(sent.get(name) ?? [])];
            const gaps = readings.slice(1).map((time, n) => (time - (readings[n] ?? 0)) / DAY_MS);
            expect(gaps.length).toBeGreaterThanOrEqual(2);
            for (const gap of gaps) expect(gap).toBeLessThanOrEqual(days);
            expect(gaps[0]).toBeGreaterThan(days * 0.7);
            for (const gap of gaps.slice(1)) expect(gap).toBeGreaterThan(days * 0.9);
          }
        },
      ),
      { numRuns: 8 },
    );
  });

  it('is an archive that was copied in one go over a week of a month, not in one hour', () => {
    const objects = Array.from({ length: 200 }, (_, n) => generation(START, { name: `${n}` }));
    const { sent, perRun } = simulate(objects, 30 * 86_400, 30, { everyMs: 8 * QUARTER_MS });
    expect(sent.size).toBe(200);
    expect(Math.max(...perRun)).toBeLessThan(15);
    expect(perRun.filter((count) => count > 0).length).toBeGreaterThan(60);
  });

  it('is a folder in one go', () => {
    const files = Array.from({ length: 20 }, (_, n) =>
      generation(START + n * 1_000, { name: `2026-03-03/${n}.dat.gz` }),
    );
    const { perRun } = simulate(files, 30 * 86_400, 30, { everyMs: 4 * QUARTER_MS });
    expect(perRun.filter((count) => count > 0).length).toBeLessThanOrEqual(2);
  });

  it('is an old archive over one period, each object once', () => {
    const objects = Array.from({ length: 300 }, (_, n) =>
      generation(START - (n + 1) * DAY_MS, { name: `${n}` }),
    );
    const { sent } = simulate(objects, 30 * 86_400, 29, { everyMs: 8 * QUARTER_MS });
    expect(sent.size).toBe(300);
    expect([...sent.values()].every((times) => times.length === 1)).toBe(true);
  });

  it('is sent after a pause, and with little room in pieces', () => {
    const objects = Array.from({ length: 300 }, (_, n) =>
      generation(START - (n / 10) * DAY_MS, { name: `${n}` }),
    );
    const { sent } = simulate(objects, 30 * 86_400, 29, {
      pause: [2, 28.5],
      room: 40,
      everyMs: 4 * QUARTER_MS,
    });
    expect(sent.size).toBe(300);
    expect([...sent.values()].every((times) => times.length === 1)).toBe(true);
  });

  it('is nothing at the first run, and remembering changes only with what is sent', () => {
    const now = new Date(START);
    const listed = [generation(START - 9 * DAY_MS, { name: 'a' })];
    const first = decideRereads({ listed, rereadSeconds: 86_400, room: 9, now });
    expect(first).toEqual({ reread: [], until: now.toISOString() });
    const again = { listed, rereadSeconds: 86_400, room: 9, until: first.until };
    const soon = decideRereads({ ...again, now: new Date(START + 60_000) });
    expect(soon.until).toBe(first.until);
    const nextDay = decideRereads({ ...again, now: new Date(START + DAY_MS) });
    expect(nextDay.reread).toEqual(listed);
    expect(nextDay.until > first.until).toBe(true);
  });

  it('of more often than hourly is hourly', () => {
    const objects = [generation(START, { name: 'a' })];
    const times = simulate(objects, 60, 1).sent.get('a') ?? [];
    expect(times.length).toBeGreaterThan(20);
    expect(times.length).toBeLessThan(28);
  });
});
