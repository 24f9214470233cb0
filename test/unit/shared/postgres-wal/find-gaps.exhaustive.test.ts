import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findGaps, type Gap } from '../../../../shared/postgres-wal/find-gaps.ts';
import {
  allSegments,
  archiveOf,
  clusters,
  key,
  type Named,
  nameOf,
  neededSegments,
} from './archive-model.ts';

const expand = ({ timeline, range }: Gap): Named[] => {
  const list: Named[] = [];
  for (let number = range.from; number <= range.to; number += 1n) list.push({ timeline, number });
  return list;
};

const scenario = fc.record({
  cluster: clusters,
  /** One in three archives is whole; the others lose up to half of it. */
  lost: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 20 })),
  dice: fc.infiniteStream(fc.nat(99)),
  labels: fc.array(fc.nat(30), { maxLength: 2 }),
});

describe('gaps, against a model that counts segment by segment', () => {
  it('are exactly the needed segments that are gone, with their neighbours', () => {
    let holes = 0;
    fc.assert(
      fc.property(scenario, ({ cluster, lost, dice, labels }) => {
        const all = allSegments(cluster);
        const left = all.filter(() => Number(dice.next().value) >= lost);
        const starts = labels.flatMap((index) => all[index % Math.max(1, all.length)] ?? []);
        const present = new Set(left.map(key));
        const needed = neededSegments(cluster, left, starts);
        const missing = needed.filter((segment) => !present.has(key(segment)));
        const found = findGaps(archiveOf(cluster, left, starts));

        expect(found.gaps.flatMap(expand).map(key)).toEqual(missing.map(key));
        holes += missing.length;
        const order = needed.map((segment) => nameOf(cluster, segment));
        const here = needed.filter((segment) => present.has(key(segment)));
        const names = here.map((segment) => nameOf(cluster, segment));
        for (const gap of found.gaps) {
          const [from, to] = [order.indexOf(gap.first), order.indexOf(gap.last)];
          expect(gap.segments).toBe(BigInt(to - from + 1));
          expect(gap.after).toBe(names.findLast((name) => order.indexOf(name) < from));
          expect(gap.before).toBe(names.find((name) => order.indexOf(name) > to));
        }
        expect(found.oldest).toBe(names[0]);
        expect(found.newest).toBe(names.at(-1));
        expect(found.missingHistories).toEqual([]);
      }),
      { numRuns: 3_000 },
    );
    expect(holes).toBeGreaterThan(1_000);
  }, 30_000);

  it('are none in a whole archive, whatever its timelines', () => {
    fc.assert(
      fc.property(clusters, (cluster) => {
        const all = allSegments(cluster);
        expect(findGaps(archiveOf(cluster, all, [])).gaps).toEqual([]);
      }),
      { numRuns: 1_000 },
    );
  }, 30_000);
});
