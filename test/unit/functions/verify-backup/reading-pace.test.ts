import { describe, expect, it } from 'vitest';
import { hasMoreMemory } from '../../../../functions/verify-backup/decide-new-try.ts';
import { describeOutOfTime } from '../../../../functions/verify-backup/describe-out-of-time.ts';
import { endReading } from '../../../../functions/verify-backup/end-reading.ts';
import { OutOfTimeError, ReadingPace } from '../../../../functions/verify-backup/reading-pace.ts';

const MB = 1_000_000;

/** A source of which each piece takes its time, by a clock that only it moves. */
const slowly = (pieceBytes: number, pieceMs: number, pieces: number) => {
  const clock = { ms: 0, read: 0 };
  const source = async function* (): AsyncGenerator<Buffer> {
    const piece = Buffer.alloc(pieceBytes);
    for (let read = 0; read < pieces; read += 1) {
      clock.ms += pieceMs;
      clock.read += pieceBytes;
      yield piece;
    }
  };
  return { clock, source: source() };
};

const drain = async (source: AsyncIterable<Buffer>): Promise<void> => {
  for await (const _ of source);
};

describe('the pace of a reading', () => {
  it('ends it within seconds, where it cannot end in time', async () => {
    const { clock, source } = slowly(MB, 500, 10_000);
    const pace = new ReadingPace({
      size: 10_000 * MB,
      budgetMs: 890_000,
      memoryMb: 1_769,
      now: () => clock.ms,
    });
    await expect(drain(pace.watch(source))).rejects.toMatchObject({
      name: 'OutOfTimeError',
      estimate: { bytesPerSecond: 2 * MB, neededSeconds: 5_000 },
    });
    expect(clock.ms).toBeLessThan(20_000);
  });

  it('lets pass what can', async () => {
    const { clock, source } = slowly(MB, 500, 1_700);
    const pace = new ReadingPace({ size: 1_700 * MB, budgetMs: 890_000, now: () => clock.ms });
    await drain(pace.watch(source));
    expect(clock.read).toBe(1_700 * MB);
    expect(pace.estimate()).toMatchObject({ bytesRead: 1_700 * MB });
  });

  it('is what the reading says of itself when it was ended', async () => {
    const task = { size: 100 * MB, budgetMs: 60_000, memoryMb: 1_769 };
    const estimate = { bytesRead: 16 * MB, bytesPerSecond: MB, neededSeconds: 100 };
    const reading = await endReading(task, async () => {
      throw new OutOfTimeError(estimate);
    });
    expect(reading).toEqual(describeOutOfTime(estimate, task));
  });

  it('ends a reading that hangs, when the time is up', async () => {
    const task = { size: 100 * MB, budgetMs: 30, memoryMb: 1_769 };
    const reading = await endReading(
      task,
      (signal) =>
        new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
    );
    expect(reading).toMatchObject({
      reason: 'out-of-time',
      retry: false,
      detail: expect.stringContaining('nothing of it arrived'),
    });
  });
});

describe('what is said of a backup that is too large', () => {
  const task = { size: 500_000 * MB, budgetMs: 890_000 };

  it('names the memory that may do', () => {
    const reading = describeOutOfTime(
      {
        bytesRead: 1_600 * MB,
        bytesPerSecond: 400 * MB,
        neededSeconds: 1_250,
        enoughMemoryMb: 3_008,
      },
      task,
    );
    expect(reading).toMatchObject({
      reason: 'out-of-time',
      detail:
        'could not be read to its end within 15 minutes: 1.6 GB of 500.0 GB were read at 400.0 MB a second, so all of it takes about 21 minutes',
      action: expect.stringContaining('Set memorySize of verify-backup to 3,008 MB or more'),
    });
  });

  it('says plainly where no Lambda is enough', () => {
    const reading = describeOutOfTime(
      { bytesRead: 1_600 * MB, bytesPerSecond: 50 * MB, neededSeconds: 10_000 },
      task,
    );
    expect(reading).toMatchObject({
      detail: expect.stringContaining('about 2.8 hours'),
      action: expect.stringContaining('No size of Lambda reads it within 15 minutes'),
    });
  });
});

describe('a backup that was too large', () => {
  it.each([
    ['out-of-time', 1_769, 3_008, true],
    ['out-of-time', 1_769, 1_769, false],
    ['out-of-time', 3_008, 1_769, false],
    ['out-of-time', undefined, 1_769, false],
    ['out-of-time', 1_769, undefined, false],
    ['archived', 1_769, 3_008, false],
  ])('%s with %s MB is tried anew with %s MB: %s', (reason, memoryMb, now, expected) => {
    expect(hasMoreMemory({ report: { reason }, memoryMb }, now)).toBe(expected);
  });
});
