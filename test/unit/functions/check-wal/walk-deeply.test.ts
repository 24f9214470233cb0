import { describe, expect, it } from 'vitest';
import { emptyDeepMemory } from '../../../../functions/check-wal/deep-memory.ts';
import { emptyHeaderMemory, formKey } from '../../../../functions/check-wal/header-memory.ts';
import { type Blocks, countMarked, markRead } from '../../../../functions/check-wal/read-blocks.ts';
import { samplesARun, walkDeeply } from '../../../../functions/check-wal/walk-deeply.ts';
import { wholeSegment } from '../../../support/wal-segment.ts';
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
  return { walk, asked, deep, headers };
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
    expect(asked).toEqual([name(1), name(2)]);
    await walk(new Date(NOW.getTime() + 25 * DAY));
    expect(asked).toEqual([name(1), name(2), name(1)]);
  });

  it('walks a range on demand, whatever was walked before', async () => {
    const { walk, asked } = archive(5);
    const range = { first: name(2), last: name(3) };
    expect(await walk(NOW, { asked: { range } })).toMatchObject({ walked: 2, left: 0 });
    await walk(NOW, { asked: { range } });
    expect(asked).toEqual([name(2), name(3), name(2), name(3)]);
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
