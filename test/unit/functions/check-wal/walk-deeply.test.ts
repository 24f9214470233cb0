import { describe, expect, it, vi } from 'vitest';
import { emptyDeepMemory } from '../../../../functions/check-wal/deep-memory.ts';
import { emptyHeaderMemory, formKey } from '../../../../functions/check-wal/header-memory.ts';
import { type Blocks, countMarked, markRead } from '../../../../functions/check-wal/read-blocks.ts';
import type { HistoryRead } from '../../../../functions/check-wal/survey.ts';
import { samplesARun, walkDeeply } from '../../../../functions/check-wal/walk-deeply.ts';
import { classifyArchiveName } from '../../../../shared/postgres-wal/archive-name.ts';
import { parseHistoryFile } from '../../../../shared/postgres-wal/history-file.ts';
import { formatSegmentName } from '../../../../shared/postgres-wal/segment-name.ts';
import { wholeSegment } from '../../../support/wal-segment.ts';
import { walArchive, wholeSegments } from '../../../support/wal-segments.ts';
import { file, READING } from './listed-archive.ts';
import { surveyOf, walPolicy } from './surveyed-archive.ts';

const MB = 1024 ** 2;
const DAY = 86_400_000;
const NOW = new Date(100 * DAY);
const name = (number: number): string =>
  number.toString(16).toUpperCase().padStart(24, '00000001'.padEnd(16, '0'));

/** An archive of `count` segments whose headers are right. */
const archive = (count: number, change: (bytes: Buffer, name: string) => void = () => {}) => {
  const names = Array.from({ length: count }, (_, index) => name(index + 1));
  const survey = surveyOf(
    names.map((one) => file(one, MB)),
    [],
    { ...READING, segmentSize: MB },
  );
  const headers = emptyHeaderMemory(NOW);
  const blocks: Blocks = new Map();
  for (let number = 1n; number <= count; number += 1n) {
    markRead(blocks, number, { at: 0, bad: false, wholeBlockSeen: true });
  }
  headers.forms.set(formKey(1, ''), blocks);
  const deep = emptyDeepMemory(NOW);
  const asked: string[] = [];
  const client = {
    readWhole: async function* (one: string) {
      asked.push(one);
      const bytes = wholeSegment(one, { segmentSize: MB });
      change(bytes, one);
      yield bytes;
    },
  };
  const walk = (now = NOW, more: Partial<Parameters<typeof walkDeeply>[0]> = {}) =>
    walkDeeply({
      client,
      policy: walPolicy(),
      readSecret: async () => 'unused',
      survey,
      headers,
      deep,
      now,
      until: Number.POSITIVE_INFINITY,
      ...more,
    });
  return { walk, asked, deep, headers, client };
};

describe('the walk through whole segments', () => {
  it('takes as many in a run as a sweep within the period needs', () => {
    expect(samplesARun(10, 30 * 86_400)).toBe(1);
    expect(samplesARun(100_000, 30 * 86_400)).toBe(15);
    expect(samplesARun(1_000, 86_400)).toBe(5);
  });

  it('goes round, rests, and begins again in time', async () => {
    const { walk, asked } = archive(2);
    for (let run = 0; run < 4; run += 1) await walk();
    // The end first; and before its turn comes, the one before it.
    expect(asked).toEqual([name(2), name(1), name(1), name(2)]);
    await walk(new Date(NOW.getTime() + 25 * DAY));
    expect(asked.slice(4)).toEqual([name(1)]);
  });

  it('walks a range on demand, whatever was walked before', async () => {
    const { walk, asked } = archive(5);
    const range = { first: name(2), last: name(3) };
    expect(await walk(NOW, { asked: { range } })).toMatchObject({ walked: 2, left: 0 });
    await walk(NOW, { asked: { range } });
    const walks = [name(1), name(2), name(3)];
    expect(asked).toEqual([name(5), ...walks, ...walks]);
  });

  it('begins again although a segment cannot be walked', async () => {
    const { walk, asked, headers } = archive(3);
    const blocks = headers.forms.get(formKey(1, '')) ?? new Map();
    markRead(blocks, 2n, { at: 0, bad: true, wholeBlockSeen: true });
    for (let run = 0; run < 4; run += 1) await walk();
    expect(asked).toEqual([name(3), name(1), name(3)]);
    await walk(new Date(NOW.getTime() + 25 * DAY));
    expect(asked.slice(3)).toEqual([name(1)]);
  });

  it('walks an early end again when something follows, and no more often', async () => {
    const { walk, asked, deep } = archive(2, (bytes, one) => {
      if (one === name(2)) bytes.fill(0, 40);
    });
    for (let run = 0; run < 4; run += 1) await walk();
    expect(asked).toEqual([name(2), name(1)]);
    expect(deep.ends).toEqual([{ name: name(2), at: undefined, isEarly: true }]);
    const names = [1, 2, 3].map((number) => file(name(number), MB));
    const survey = surveyOf(names, [], { ...READING, segmentSize: MB });
    const headers = emptyHeaderMemory(NOW);
    headers.forms.set(formKey(1, ''), new Map());
    for (const number of [1n, 2n, 3n]) {
      const blocks = headers.forms.get(formKey(1, '')) ?? new Map();
      markRead(blocks, number, { at: 0, bad: false, wholeBlockSeen: true });
    }
    await walk(NOW, { survey, headers });
    expect(headers.findings).toMatchObject([{ name: name(2), finding: 'zeros' }]);
  });

  it('stops when time is up, and says what is left', async () => {
    const { walk, deep } = archive(3);
    expect(await walk(NOW, { asked: {}, until: 0 })).toMatchObject({ walked: 0, left: 3 });
    expect(await walk(NOW, { asked: {} })).toMatchObject({ walked: 3, left: 0 });
    expect(deep.days).toEqual([[100, 3]]);
  });

  it('names what is damaged, and keeps saying so in the next sweep', async () => {
    const { walk, deep, headers } = archive(2, (bytes, one) => {
      if (one === name(1)) bytes.writeUInt8(bytes.readUInt8(60) ^ 1, 60);
    });
    await walk(NOW, { asked: {} });
    expect(headers.findings).toMatchObject([{ name: name(1), finding: 'record-checksum' }]);
    await walk(new Date(NOW.getTime() + 25 * DAY));
    const [blocks = new Map()] = deep.forms.values();
    expect([countMarked(blocks, 'bad'), countMarked(blocks, 'read')]).toEqual([1, 2]);
  });

  describe('where a segment was found damaged', () => {
    const damaged = (...numbers: number[]) => {
      const broken = new Set(numbers.map(name));
      const made = archive(4, (bytes, one) => {
        if (broken.has(one)) bytes.writeUInt8(bytes.readUInt8(60) ^ 1, 60);
      });
      const states = () => {
        const [blocks = new Map()] = made.deep.forms.values();
        return [countMarked(blocks, 'bad'), countMarked(blocks, 'read')];
      };
      return { ...made, broken, states };
    };
    const later = (days: number): Date => new Date(NOW.getTime() + days * DAY);

    it('walks it again a day later, and takes back what is right now', async () => {
      const { walk, asked, broken, states } = damaged(2, 4);
      await walk(NOW, { asked: {} });
      expect(states()).toEqual([2, 4]);
      asked.length = 0;
      await walk(later(0.9));
      expect(asked).toEqual([]);
      broken.delete(name(2));
      await walk(later(1));
      // The segment before each is read with it.
      expect(asked).toEqual([1, 2, 3, 4].map(name));
      expect(states()).toEqual([1, 4]);
      await walk(later(1.9));
      expect(asked.slice(4)).toEqual([]);
    });

    it('walks it again when somebody asks for all, and still says that it is damaged', async () => {
      const { walk, asked, headers, states } = damaged(1);
      await walk(NOW, { asked: {} });
      asked.length = 0;
      headers.findings.length = 0;
      await walk(NOW, { asked: {} });
      expect(asked).toEqual([1, 2, 3, 4].map(name));
      expect(states()).toEqual([1, 4]);
      expect(headers.findings).toMatchObject([{ name: name(1), finding: 'record-checksum' }]);
    });

    it('does not take it back because it cannot be read, or the one before it', async () => {
      const { walk, client, broken, states } = damaged(3);
      await walk(NOW, { asked: {} });
      const without = (lost: string) => ({
        readWhole: async function* (one: string) {
          if (one === lost) throw Object.assign(new Error('no'), { name: 'AccessDenied' });
          yield* client.readWhole(one);
        },
      });
      await walk(later(1), { client: without(name(3)) });
      expect(states()).toEqual([1, 3]);
      broken.clear();
      await walk(later(2), { client: without(name(2)) });
      expect(states()[0]).toBe(1);
      await walk(later(3));
      expect(states()[0]).toBe(0);
    });

    it('does not take it back because it is of a release that is not known here', async () => {
      const { walk, states } = damaged(3);
      await walk(NOW, { asked: {} });
      const strange = archive(4, (bytes, one) => {
        if (one === name(3)) bytes.writeUInt16LE(0xd1ff, 0);
      });
      await walk(later(1), { client: strange.client });
      expect(strange.asked).toEqual([name(2), name(3)]);
      expect(states()).toEqual([1, 3]);
    });

    it('leaves half of its time to the others, and goes on with what it did not come to', async () => {
      const { walk, asked, states } = damaged(1, 2, 3);
      await walk(NOW, { asked: {} });
      asked.length = 0;
      // Time is up for the damaged ones, and not for the others.
      let [reads, clock] = [0, performance.now()];
      vi.spyOn(performance, 'now').mockImplementation(() => clock);
      const slow = archive(4, (bytes, one) => {
        if (one !== name(4)) bytes.writeUInt8(bytes.readUInt8(60) ^ 1, 60);
        reads += 1;
        if (reads === 1) clock += 11_000;
      });
      await walk(later(25), { client: slow.client });
      expect(slow.asked).toEqual([1, 3, 4].map(name));
      expect(states()).toEqual([3, 2]);
      await walk(later(25.1), { client: slow.client });
      expect(slow.asked.slice(3)).toEqual([1, 2, 3].map(name));
      vi.restoreAllMocks();
    });

    it('reads a newest one that ends early now, which is no damage', async () => {
      const { walk, broken, states } = damaged(4);
      await walk(NOW, { asked: {} });
      expect(states()).toEqual([1, 4]);
      broken.clear();
      const early = archive(4, (bytes, one) => {
        if (one === name(4)) bytes.fill(0, 40);
      });
      await walk(later(1), { client: early.client });
      expect(states()[0]).toBe(0);
    });
  });

  describe('where a segment cannot be read', () => {
    const failing = (broken: ReadonlyMap<string, object>, segments = 50) => {
      const made = archive(segments);
      const client = {
        readWhole: async function* (one: string) {
          const error = broken.get(one);
          if (error !== undefined) {
            made.asked.push(one);
            throw Object.assign(new Error('no'), error);
          }
          yield* made.client.readWhole(one);
        },
      };
      const numbers = () => made.asked.splice(0).map((one) => Number.parseInt(one.slice(-2), 16));
      return {
        ...made,
        numbers,
        walk: (now = NOW, more = {}) => made.walk(now, { client, ...more }),
      };
    };
    const first = (count: number, error: object, segments?: number) =>
      failing(
        new Map(Array.from({ length: count }, (_, index) => [name(index + 1), error])),
        segments,
      );
    const upTo = (from: number, to: number) =>
      Array.from({ length: to - from + 1 }, (_, index) => from + index);

    it('goes on behind what was deleted since the last look at all names, and asks for it once', async () => {
      const { walk, numbers } = first(30, { name: 'NoSuchKey' });
      expect(await walk()).toMatchObject({ walked: 1, trouble: undefined });
      expect(numbers()).toEqual([50, ...upTo(1, 31)]);
      await walk();
      expect(numbers()).toEqual([31, 32]);
      expect(await walk(NOW, { asked: {} })).toMatchObject({ walked: 18 });
    });

    it('asks for so many deleted ones in a run, and for all of them where somebody asked', async () => {
      const { walk, numbers } = first(70, { name: 'NoSuchKey' }, 72);
      expect(await walk()).toMatchObject({ walked: 0, trouble: undefined });
      expect(numbers()).toEqual([72, ...upTo(1, 64)]);
      expect(await walk()).toMatchObject({ walked: 1 });
      expect(numbers()).toEqual(upTo(65, 71));
      const other = first(70, { name: 'NoSuchKey' }, 72);
      expect(await other.walk(NOW, { asked: {} })).toMatchObject({ walked: 2 });
    });

    it('goes on behind one that is refused, says so as long as it is, and tries it again', async () => {
      const { walk, numbers, deep } = first(1, { name: 'AccessDenied' });
      const trouble = { reason: 'access-denied', detail: `${name(1)}: AccessDenied: no` };
      expect(await walk()).toEqual({ walked: 1, left: 49, trouble });
      expect(await walk()).toEqual({ walked: 1, left: 48, trouble });
      expect(numbers()).toEqual([50, 1, 2, 2, 3]);
      expect(countMarked(deep.forms.get(formKey(1, '')) ?? new Map(), 'shut')).toBe(1);
      await walk(new Date(NOW.getTime() + DAY));
      expect(numbers()).toEqual([1, 3, 4]);
    });

    it('asks no more once many were refused one after another, and goes on behind them', async () => {
      const { walk, numbers } = first(40, { name: 'AccessDenied' });
      expect(await walk()).toMatchObject({
        walked: 0,
        left: 50,
        trouble: { reason: 'access-denied' },
      });
      expect(numbers()).toEqual([50, ...upTo(1, 16)]);
      await walk();
      expect(numbers()).toEqual(upTo(17, 32));
      expect(await walk()).toMatchObject({ walked: 1 });
    });

    it('walks the others where the newest is refused', async () => {
      const { walk, numbers } = failing(new Map([[name(50), { name: 'AccessDenied' }]]));
      expect(await walk()).toMatchObject({ walked: 1, trouble: { reason: 'access-denied' } });
      await walk();
      expect(numbers()).toEqual([50, 1, 1, 2]);
    });
  });

  it('ends with trouble that S3 makes, and tries again', async () => {
    const { walk } = archive(2);
    const client = {
      readWhole: async function* (): AsyncGenerator<Buffer> {
        yield Buffer.alloc(0);
        throw Object.assign(new Error('slow'), { name: 'SlowDown' });
      },
    };
    expect(await walk(NOW, { asked: {}, client })).toMatchObject({
      walked: 0,
      left: 2,
      trouble: { reason: 'throttled' },
    });
  });
});

describe('the walk through the archive of a real server, one segment a run', () => {
  const real = new Map(wholeSegments(15));
  const files = [...real].map(([one, bytes]) => file(one, bytes.length, 1_000));
  const histories = [...walArchive(15)].flatMap(([one, bytes]): HistoryRead[] => {
    const what = classifyArchiveName(one);
    const read = parseHistoryFile(bytes.toString());
    if (what.kind !== 'history' || !read.ok) return [];
    return [{ timeline: what.timeline, name: one, etag: '', switches: read.switches }];
  });
  const survey = surveyOf(files, histories, { ...READING, segmentSize: MB });

  /** As many runs as there are segments, and what they find. */
  const sweep = async (change: (bytes: Buffer, name: string) => void = () => {}) => {
    const headers = emptyHeaderMemory(NOW);
    for (const [timeline, { runs }] of survey.seen.timelines) {
      const blocks: Blocks = new Map();
      for (const { first, last } of runs)
        for (let number = first; number <= last; number += 1n)
          markRead(blocks, number, { at: 0, bad: false, wholeBlockSeen: true });
      headers.forms.set(formKey(timeline, ''), blocks);
    }
    const deep = emptyDeepMemory(NOW);
    const client = {
      readWhole: async function* (one: string) {
        const bytes = Buffer.from(real.get(one) ?? '');
        change(bytes, one);
        yield bytes;
      },
    };
    const readSecret = async () => 'unused';
    const input = { client, policy: walPolicy(), readSecret, survey, headers, deep };
    for (let run = 0; run < real.size; run += 1)
      await walkDeeply({ ...input, now: NOW, until: Number.POSITIVE_INFINITY });
    return { headers, deep };
  };
  const flip = (at: number) => (bytes: Buffer) => bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);

  it('finds nothing wrong, and to which transaction a recovery comes', async () => {
    const { headers, deep } = await sweep();
    expect(headers.findings).toEqual([]);
    const newest = files.at(-1)?.name;
    expect(deep.ends).toMatchObject([{ name: newest, at: expect.any(Number), isEarly: false }]);
    expect(deep.ends[0]?.at).toBe(deep.lastCommit);
  });

  it('checks the record that began in the segment before', async () => {
    // Not of the large record that began two segments before.
    const continued = [...real].filter(
      ([, bytes]) => (bytes.readUInt16LE(2) & 1) === 1 && bytes.readUInt32LE(16) < 5_000,
    );
    const [victim = ''] = continued.at(-1) ?? [];
    const { headers } = await sweep((bytes, one) => {
      if (one === victim) flip(44)(bytes);
    });
    expect(headers.findings).toMatchObject([{ name: victim, finding: 'record-checksum' }]);
    expect(headers.findings[0]?.detail).toMatch(/at (\S+), and no recovery comes beyond \1$/);
  });

  it('does not take the end of a timeline for right where another one goes on behind it', async () => {
    const end = survey.seen.timelines.get(1)?.runs.at(-1)?.last ?? 0n;
    const last = formatSegmentName({ timeline: 1, number: end }, MB);
    const { headers } = await sweep((bytes, one) => {
      if (one === last) bytes.fill(0, 40);
    });
    expect(headers.findings).toMatchObject([{ name: last, finding: 'zeros' }]);
  });
});
