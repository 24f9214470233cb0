import { describe, expect, it } from 'vitest';
import { parseHistoryFile } from '../../../../shared/postgres-wal/history-file.ts';
import { judgeWalk } from '../../../../shared/postgres-wal/judge-walk.ts';
import type { SegmentWalk } from '../../../../shared/postgres-wal/segment-walk.ts';
import {
  carryOf,
  mustWalk,
  WAL_VERSIONS,
  type WalVersion,
  walArchive,
  walkBytes,
  walkInOrder,
  wholeSegments,
} from '../../../support/wal-segments.ts';

const walked = new Map<WalVersion, SegmentWalk[]>();

const walkVersion = async (version: WalVersion): Promise<SegmentWalk[]> => {
  const walks = walked.get(version) ?? (await walkInOrder(wholeSegments(version)));
  walked.set(version, walks);
  return walks;
};

const sum = (walks: readonly SegmentWalk[], what: 'records' | 'uncheckedBytes' | 'oddBytes') =>
  walks.reduce((total, walk) => total + walk[what], 0);

describe.each(WAL_VERSIONS)('the WAL of a real server %i', (version) => {
  it('is whole from its first segment to its last, every record checked', async () => {
    const walks = await walkVersion(version);
    expect(walks.map(({ ending }) => ending.kind)).toEqual(
      expect.arrayContaining(['switch', 'full']),
    );
    expect(walks.filter((walk) => carryOf(walk) === undefined)).toEqual([]);
    expect([sum(walks, 'uncheckedBytes'), sum(walks, 'oddBytes')]).toEqual([0, 0]);
    for (const [index, { first, bytes }] of walks.entries()) {
      expect(first).toMatchObject({ postgres: version, segmentSize: 1_048_576, blockSize: 8_192 });
      expect(bytes).toBe(1_048_576);
      expect(first.address).toBe((walks[0]?.first.address ?? 0n) + BigInt(index) * 1_048_576n);
    }
  });

  it('is whole segment by segment, but for what began in the one before', async () => {
    const alone: SegmentWalk[] = [];
    for (const [, bytes] of wholeSegments(version)) alone.push(await mustWalk(bytes));
    expect(alone.filter((walk) => carryOf(walk) === undefined)).toEqual([]);
    const inOrder = await walkVersion(version);
    // The record of 2.2 MB, and a small one over a border.
    expect(sum(inOrder, 'records') - sum(alone, 'records')).toBe(2);
    expect(sum(alone, 'uncheckedBytes')).toBe(1_045_488 + 109_081 + 3_019);
  });

  it('says when transactions ended, and what else happened', async () => {
    const walks = await walkVersion(version);
    const [first] = walks;
    expect(first).toMatchObject({ commits: 4, aborts: 1, checkpoints: 1 });
    expect(first?.restorePoints).toMatchObject([{ name: 'before lunch' }]);
    const times = walks.flatMap(({ lastTransaction }) => lastTransaction?.at ?? []);
    expect(times.length).toBeGreaterThan(5);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    const hour = 3_600_000;
    for (const { lastCheckpoint } of walks) {
      if (lastCheckpoint === undefined) continue;
      expect(Math.abs(lastCheckpoint.at - (times[0] ?? 0))).toBeLessThan(hour);
      expect(lastCheckpoint.redo).toBeLessThanOrEqual(lastCheckpoint.lsn);
    }
    expect(walks.at(-1)?.timelineSwitches).toMatchObject([
      { from: 1, to: 2 },
      { from: 2, to: 3 },
    ]);
    expect(walks.flatMap(({ overwritten }) => overwritten)).toHaveLength(1);
  });

  it('ends early in what a promotion left of the old timelines', async () => {
    for (const [name, bytes] of walArchive(version)) {
      if (!name.endsWith('.partial')) continue;
      const timeline = Number.parseInt(name.slice(0, 8), 16);
      const result = await walkBytes(bytes, { timeline, partial: true });
      expect(judgeWalk(result, 'yes').verdict).toBe('pass');
      expect(judgeWalk(result, 'perhaps')).toMatchObject({ reason: 'ends-early' });
      expect(judgeWalk(result, 'no')).toMatchObject({ verdict: 'fail', finding: 'zeros' });
      const text =
        walArchive(version)
          .get(`0000000${timeline + 1}.history`)
          ?.toString() ?? '';
      const history = parseHistoryFile(text);
      expect(result.ok && result.walk.end).toBe(history.ok && history.switches.at(-1)?.lsn);
    }
  });
});

describe('a walk', () => {
  it.each([13, 8_191, 8_193, 100_000, 2_000_000])(
    'sees the same in pieces of %i bytes',
    async (piece) => {
      const [, bytes] = wholeSegments(15)[0] ?? ['', Buffer.alloc(0)];
      expect(await walkBytes(bytes, {}, piece)).toEqual(await walkBytes(bytes));
    },
  );

  it('may be carried on twice, as where two timelines go on from one segment', async () => {
    const [first, next] = wholeSegments(15)
      .slice(1, 3)
      .map(([, bytes]) => bytes);
    const carry = carryOf(await mustWalk(first ?? Buffer.alloc(0)));
    const once = await mustWalk(next ?? Buffer.alloc(0), { carry });
    const twice = await mustWalk(next ?? Buffer.alloc(0), { carry });
    expect(once.uncheckedBytes).toBe(0);
    expect(twice).toEqual(once);
  });

  it('does not use what a segment of another place handed over', async () => {
    const [first, , third = Buffer.alloc(0)] = wholeSegments(15).map(([, bytes]) => bytes);
    const carry = carryOf(await mustWalk(first ?? third));
    expect(await mustWalk(third, { carry })).toEqual(await mustWalk(third));
  });
});
