import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Announced,
  type AnnouncementsInput,
  announcementId,
  decideAnnouncements,
} from '../../../../functions/check-backups/decide-announcements.ts';
import type { Generation } from '../../../../functions/check-backups/seen.ts';
import { DAY_MS, generation } from '../../../support/backup-generations.ts';

const NOW = new Date('2026-03-03T04:00:00Z');
const HOUR_MS = 3_600_000;
const ago = (milliseconds: number, name?: string): Generation =>
  generation(NOW.getTime() - milliseconds, name === undefined ? {} : { name });

const run = (listed: Generation[], changes: Partial<AnnouncementsInput> = {}) =>
  decideAnnouncements({
    listed,
    rereadSeconds: 30 * 86_400,
    settleSeconds: 30,
    now: NOW,
    ...changes,
  });
const names = (objects: readonly Generation[]): string[] => objects.map(({ name }) => name);

describe('decideAnnouncements', () => {
  it('sends what nobody announced once, oldest first', () => {
    const listed = [ago(HOUR_MS, 'b'), ago(2 * HOUR_MS, 'a + ö')];
    const first = run(listed);
    expect(names(first.unannounced)).toEqual(['a + ö', 'b']);
    expect(run(listed, { previous: first.next }).unannounced).toEqual([]);
    const third = run([...listed, ago(60_000, 'c')], { previous: first.next });
    expect(names(third.unannounced)).toEqual(['c']);
  });

  it('sends the same again when it could not be remembered', () => {
    const listed = [ago(HOUR_MS, 'a')];
    expect(run(listed)).toEqual(run(listed));
  });

  it('gives the event of a new object time to arrive', () => {
    const young = run([ago(29_000, 'a')]);
    expect(young.unannounced).toEqual([]);
    const later = run([ago(29_000, 'a')], {
      previous: young.next,
      now: new Date(NOW.getTime() + 1_000),
    });
    expect(names(later.unannounced)).toEqual(['a']);
  });

  it('sends a new upload under an old name', () => {
    const first = run([ago(HOUR_MS, 'a')]);
    expect(names(run([ago(60_000, 'a')], { previous: first.next }).unannounced)).toEqual(['a']);
  });

  it('notices an upload that began long ago and ended now', () => {
    const first = run([ago(HOUR_MS, 'new')]);
    const late = ago(47 * HOUR_MS, 'began two days ago');
    const second = run([ago(HOUR_MS, 'new'), late], { previous: first.next });
    expect(names(second.unannounced)).toEqual(['began two days ago']);
  });

  it('begins an archive that was there before with its newest hundred', () => {
    const listed = Array.from({ length: 400 }, (_, n) => ago((n + 1) * DAY_MS, `${n}`));
    const first = run(listed);
    expect(first.unannounced).toHaveLength(100);
    expect(names(first.unannounced)).toContain('0');
    expect(run(listed, { previous: first.next }).unannounced).toEqual([]);
  });

  it('sends a flood in pieces and loses none of it', () => {
    const before = run([]).next;
    const flood = Array.from({ length: 1_203 }, (_, n) => ago(HOUR_MS + n * 600_000, `${n}`));
    const sent = new Set<string>();
    let previous: Announced = before;
    for (const count of [500, 500, 203, 0]) {
      const { unannounced, next } = run(flood, { previous });
      expect(unannounced).toHaveLength(count);
      for (const { name } of unannounced) sent.add(name);
      previous = next;
    }
    expect(sent.size).toBe(1_203);
  });

  it('loses none of a flood within one second while its memory is full', () => {
    const known = Array.from({ length: 10_000 }, (_, n) => ago(HOUR_MS + n, `known ${n}`));
    const flood = Array.from({ length: 600 }, (_, n) => ago(DAY_MS, `flood ${n}`));
    const previous = { since: new Date(0).toISOString(), ids: known.map(announcementId) };
    const first = run([...known, ...flood], { previous });
    const second = run([...known, ...flood], { previous: first.next });
    expect(first.unannounced.length + second.unannounced.length).toBeGreaterThanOrEqual(600);
    expect(new Set(names([...first.unannounced, ...second.unannounced])).size).toBe(600);
  });

  it('remembers no more than what it can hold', () => {
    const listed = Array.from({ length: 10_500 }, (_, n) => ago(n * 60_000 + DAY_MS, `${n}`));
    let previous: Announced = { since: new Date(0).toISOString(), ids: [] };
    for (let n = 0; n < 22; n += 1) previous = run(listed, { previous }).next;
    expect(previous.ids.length).toBeLessThanOrEqual(10_000);
    expect(run(listed, { previous }).unannounced).toEqual([]);
  });

  it('sends every object exactly once, however many runs there are and whenever uploads end', () => {
    const uploads = fc.array(
      fc.record({
        endMinute: fc.integer({ min: 0, max: 6_000 }),
        uploadMinutes: fc.integer({ min: 0, max: 2_800 }),
      }),
      { maxLength: 60 },
    );
    fc.assert(
      fc.property(uploads, fc.integer({ min: 5, max: 700 }), (all, everyMinutes) => {
        const objects = all.map(({ endMinute, uploadMinutes }, n) => ({
          visible: endMinute,
          object: ago((6_000 - endMinute + uploadMinutes) * 60_000, `object ${n}`),
        }));
        const sent: string[] = [];
        let previous = run([], { now: new Date(NOW.getTime() - 6_000 * 60_000) }).next;
        for (let minute = 0; minute <= 6_000 + everyMinutes; minute += everyMinutes) {
          const now = new Date(NOW.getTime() + (minute - 6_000) * 60_000 + 31_000);
          const listed = objects.flatMap(({ visible, object }) =>
            visible <= minute ? [object] : [],
          );
          const { unannounced, next } = run(listed, { previous, now });
          sent.push(...names(unannounced));
          previous = next;
        }
        expect(sent.toSorted()).toEqual(names(objects.map(({ object }) => object)).toSorted());
      }),
      { numRuns: 200 },
    );
  });

  it('sends what is due to be read again, after what nobody announced', () => {
    const listed = [ago(40 * DAY_MS, 'old'), ago(HOUR_MS, 'new')];
    const first = run(listed);
    expect(first.reread).toEqual([]);
    const later = new Date(NOW.getTime() + 29 * DAY_MS);
    const second = run(listed, { previous: first.next, now: later });
    expect(names(second.reread).toSorted()).toEqual(['new', 'old']);
    expect(run(listed, { previous: second.next, now: later }).reread).toEqual([]);
    const flood = Array.from({ length: 499 }, (_, n) => ago(HOUR_MS, `flood ${n}`));
    const full = run([...listed, ...flood], { previous: first.next, now: later });
    expect(full.unannounced).toHaveLength(499);
    expect(full.reread).toHaveLength(1);
  });
});
