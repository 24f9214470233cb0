import { describe, expect, it } from 'vitest';
import type { ListedFile } from '../../../../functions/check-wal/listing.ts';
import {
  lookAtPart,
  lookForHistory,
  lookForNews,
} from '../../../../functions/check-wal/look-again.ts';
import type { Observation } from '../../../../functions/check-wal/observation.ts';
import { scanArchive } from '../../../../functions/check-wal/scan-archive.ts';
import { file, history, listing, READING, segments } from './listed-archive.ts';

const files = (...names: string[][]): ListedFile[] => names.flat().map((name) => file(name));
const scan = (all: ListedFile[]): Promise<Observation> => scanArchive(listing(all).list, READING);
const runsOf = (seen: Observation | undefined, timeline = 1) =>
  seen?.timelines.get(timeline)?.runs.map(({ first, last }) => [first, last]);

const look = async (known: Observation, now: ListedFile[]) => {
  const { list, asked } = listing(now);
  const news = await lookForNews(list, known, READING);
  return { seen: news?.seen, requests: asked.length };
};

describe('a look for news', () => {
  it('takes one request where up to half a page is new', async () => {
    const known = await scan(files(segments(1, 10n, 5_000)));
    const { seen, requests } = await look(known, files(segments(1, 10n, 5_490)));
    expect(requests).toBe(1);
    expect(runsOf(seen)).toEqual([[10n, 5_499n]]);
    expect(seen?.timelines.get(1)?.newest?.name).toBe(segments(1, 5_499n, 1)[0]);
  });

  it('takes one request where each segment is there twice', async () => {
    const twice = (count: number) => files(segments(1, 0n, count), segments(1, 0n, count, ''));
    const { seen, requests } = await look(await scan(twice(3_000)), twice(3_200));
    expect(requests).toBe(1);
    expect(runsOf(seen)).toEqual([[0n, 3_199n]]);
  });

  it('reads on where more is new', async () => {
    const known = await scan(files(segments(1, 0n, 3_000)));
    const { seen, requests } = await look(known, files(segments(1, 0n, 6_000)));
    expect(requests).toBe(4);
    expect(runsOf(seen)).toEqual([[0n, 5_999n]]);
  });

  it('sees an upload that was overtaken', async () => {
    const known = await scan(files(segments(1, 0n, 3_900), segments(1, 3_901n, 100)));
    expect(runsOf(known)).toHaveLength(2);
    const { seen } = await look(known, files(segments(1, 0n, 4_100)));
    expect(runsOf(seen)).toEqual([[0n, 4_099n]]);
  });

  it('does not take the deletion of old segments for a hole', async () => {
    const known = await scan(files(segments(1, 0n, 4_000)));
    const { seen } = await look(known, files(segments(1, 2_000n, 2_100)));
    expect(runsOf(seen)).toEqual([[0n, 4_099n]]);
  });

  it('finds a new timeline and its history with the same request', async () => {
    const old = files(segments(1, 0n, 4_000));
    const now = [...old, ...files([history(2)], segments(2, 4_000n, 3))];
    const { seen, requests } = await look(await scan(old), now);
    expect(requests).toBe(1);
    expect(runsOf(seen, 2)).toEqual([[4_000n, 4_002n]]);
    expect(seen?.histories).toMatchObject([{ timeline: 2 }]);
  });

  it('takes one request for each timeline', async () => {
    const all = files(
      segments(1, 0n, 2_000),
      [history(2)],
      segments(2, 2_000n, 2_000),
      [history(3)],
      segments(3, 4_000n, 5),
      [`${segments(1, 3n, 1, '')[0]}.00000028.backup`, 'README'],
    );
    const known = await scan(all);
    const { seen, requests } = await look(known, all);
    expect(requests).toBe(3);
    expect(seen?.timelines).toEqual(known.timelines);
    expect(seen?.histories).toEqual(known.histories);
    expect(seen?.labels).toEqual(known.labels);
    expect(known.labels).toHaveLength(1);
  });

  it('forgets a label that is gone and keeps those outside its view', async () => {
    const [early = '', late = ''] = [...segments(1, 5n, 1, ''), ...segments(1, 3_990n, 1, '')];
    const labels = [`${early}.00000028.backup`, `${late}.00000028.backup`];
    const known = await scan(files(segments(1, 0n, 4_000), labels));
    expect(known.labels).toHaveLength(2);
    const { seen } = await look(known, files(segments(1, 0n, 4_000)));
    expect(seen?.labels.map(({ name }) => name)).toEqual([labels[0]]);
  });

  it('gives up where something it knew is gone, so that everything is read', async () => {
    const known = await scan(files(segments(1, 0n, 4_000)));
    expect((await look(known, files(segments(1, 0n, 1_000)))).seen).toBeUndefined();
    const holed = files(segments(1, 0n, 3_900), segments(1, 3_901n, 200));
    expect((await look(known, holed)).seen).toBeUndefined();
    expect((await look(known, files(segments(1, 0n, 60_000)))).seen).toBeUndefined();
  });
});

describe('a look at what was wrong', () => {
  const holed = () => files(segments(1, 0n, 100), segments(1, 103n, 3_000));

  it('sees with one request that a hole is closed, in part or whole', async () => {
    const known = await scan(holed());
    const at = async (more: string[]) => {
      const { list, asked } = listing([...holed(), ...files(more)]);
      const part = { timeline: 1, from: 100n, to: 102n };
      const seen = await lookAtPart(list, known, part, READING);
      expect(asked).toHaveLength(1);
      return runsOf(seen);
    };
    expect(await at([])).toEqual(runsOf(known));
    expect(await at(segments(1, 101n, 1))).toEqual([
      [0n, 99n],
      [101n, 101n],
      [103n, 3_102n],
    ]);
    expect(await at(segments(1, 100n, 3))).toEqual([[0n, 3_102n]]);
  });

  it('keeps the rest of a wide hole for the next time', async () => {
    const wide = files(segments(1, 0n, 10), segments(1, 9_000n, 10));
    const known = await scan(wide);
    const { list } = listing([...wide, ...files(segments(1, 10n, 8_990))]);
    const seen = await lookAtPart(list, known, { timeline: 1, from: 10n, to: 8_999n }, READING);
    expect(runsOf(seen)).toEqual([
      [0n, 1_009n],
      [9_000n, 9_009n],
    ]);
  });

  it('finds a history that came late', async () => {
    const known = await scan(files(segments(1, 0n, 10), segments(2, 10n, 3_000)));
    const { list, asked } = listing(
      files(segments(1, 0n, 10), [`${history(2)}.gz`], segments(2, 10n, 9)),
    );
    const seen = await lookForHistory(list, known, 2, READING);
    expect(seen.histories).toMatchObject([{ timeline: 2, name: `${history(2)}.gz` }]);
    expect(asked).toHaveLength(1);
    expect(runsOf(seen, 2)).toEqual(runsOf(known, 2));
  });
});
