import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ListedFile } from '../../../../functions/check-wal/listing.ts';
import {
  emptyObservation,
  type Observation,
  observeFile,
} from '../../../../functions/check-wal/observation.ts';
import { scanArchive } from '../../../../functions/check-wal/scan-archive.ts';
import { countSegments } from '../../../../shared/postgres-wal/segment-runs.ts';
import { file, history, listing, READING, segments } from './listed-archive.ts';

/** The oracle: one file after the other. */
const readPlainly = (files: readonly ListedFile[]): Observation => {
  const seen = emptyObservation();
  const names = [...files].sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const one of names) observeFile(seen, one, READING);
  return seen;
};

const run = fc.record({
  timeline: fc.integer({ min: 1, max: 3 }),
  from: fc.bigInt({ min: 0n, max: 5_000n }),
  count: fc.integer({ min: 1, max: 400 }),
  suffix: fc.constantFrom('', '.gz', '.partial'),
});
const stray = fc.constantFrom(
  '!x',
  '00',
  '00000001',
  '00000001_',
  '000000012.txt',
  'README',
  'a/b',
  'é',
);

describe('a full scan', () => {
  it('sees what reading one name after the other sees, whatever the archive', async () => {
    const archive = fc.tuple(fc.array(run, { maxLength: 8 }), fc.uniqueArray(stray));
    await fc.assert(
      fc.asyncProperty(archive, fc.integer({ min: 3, max: 200 }), async ([runs, strays], page) => {
        const names = new Set([
          ...runs.flatMap((one) => segments(one.timeline, one.from, one.count, one.suffix)),
          ...runs
            .filter(({ count }) => count % 2 === 0)
            .map(({ timeline }) => history(timeline + 1)),
          ...strays.filter((name) => name !== '00000001'),
        ]);
        const files = [...names].map((name) => file(name, name.length));
        const seen = await scanArchive(listing(files, page).list, READING);
        const plain = readPlainly(files);
        expect(seen.timelines).toEqual(plain.timelines);
        expect(seen.histories).toEqual(plain.histories);
        expect(seen.partials).toBe(plain.partials);
      }),
      { numRuns: 70 },
    );
  }, 30_000);

  it('of up to 1,000 files is one request', async () => {
    const { list, asked } = listing(segments(1, 5n, 1_000).map((name) => file(name)));
    const seen = await scanArchive(list, READING);
    expect(asked).toHaveLength(1);
    expect(countSegments(seen.timelines.get(1)?.runs ?? [])).toBe(1_000n);
  });

  it('of 100,000 files keeps many requests under way and wastes few', async () => {
    const files = segments(1, 1_000n, 100_000).map((name) => file(name));
    const { list, asked } = listing(files);
    let [active, most] = [0, 0];
    const seen = await scanArchive(async (query) => {
      active += 1;
      most = Math.max(most, active);
      const page = await list(query);
      active -= 1;
      return page;
    }, READING);
    expect(seen.timelines.get(1)?.runs).toMatchObject([{ first: 1_000n, last: 100_999n }]);
    expect(most).toBeGreaterThanOrEqual(8);
    expect(asked.filter(({ maxNames }) => maxNames === undefined).length).toBeLessThan(140);
  });

  it('of an archive with a hole of millions in it stays in the hundreds', async () => {
    const files = [...segments(1, 3n, 2_000), ...segments(1, 50_000_000n, 20_000)];
    const { list, asked } = listing(files.map((name) => file(name)));
    const seen = await scanArchive(list, READING);
    expect(seen.timelines.get(1)?.runs).toHaveLength(2);
    expect(asked.length).toBeLessThan(200);
  });

  it('reads the timelines that come after a long one', async () => {
    const names = [...segments(1, 0n, 3_000), history(2), ...segments(2, 3_000n, 5), 'README'];
    const seen = await scanArchive(listing(names.map((name) => file(name))).list, READING);
    expect([...seen.timelines.keys()]).toEqual([1, 2]);
    expect(seen.histories).toMatchObject([{ timeline: 2 }]);
    expect(seen.others).toBe(1);
  });

  it('does not read on and on among files that are no WAL', async () => {
    const dates = Array.from({ length: 30_000 }, (_, index) => `backup-${index}.sql.gz`);
    const { list, asked } = listing([...segments(1, 0n, 3), ...dates].map((name) => file(name)));
    const seen = await scanArchive(list, READING);
    expect(asked.length).toBe(1);
    expect(seen.timelines.get(1)?.files).toBe(3);
  });

  it('ends with the error of any of its requests', async () => {
    const { list } = listing(segments(1, 0n, 50_000).map((name) => file(name)));
    let count = 0;
    const failing = scanArchive(async (query) => {
      count += 1;
      if (count === 60) throw new Error('SlowDown');
      return list(query);
    }, READING);
    await expect(failing).rejects.toThrow('SlowDown');
  });
});
