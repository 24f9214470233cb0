import fc from 'fast-check';
import type { TimelineSwitch } from '../../../../shared/postgres-wal/history-file.ts';
import type { Archive, History } from '../../../../shared/postgres-wal/recovery-route.ts';
import { formatSegmentName } from '../../../../shared/postgres-wal/segment-name.ts';
import { appendSegment, type Run } from '../../../../shared/postgres-wal/segment-runs.ts';

const MB = 1024 ** 2;

/** A cluster's life written out one segment at a time: slow, plain, and independent of the real code. */
export type Cluster = {
  segmentSize: number;
  branches: { timeline: number; switches: TimelineSwitch[]; from: bigint; to: bigint }[];
};

type Step = { parent: number; segments: number; offset: number; tail: number };

const step: fc.Arbitrary<Step> = fc.record({
  parent: fc.nat(9),
  segments: fc.nat(6),
  offset: fc.nat(99),
  tail: fc.nat(2),
});

/** Timelines 1..n, each leaving the last one or an earlier one, now and then within one segment. */
export const clusters: fc.Arbitrary<Cluster> = fc
  .record({
    power: fc.nat(10),
    start: fc.bigInt({ min: 0n, max: 1n << 40n }),
    length: fc.integer({ min: 1, max: 9 }),
    steps: fc.array(step, { maxLength: 4 }),
  })
  .map(({ power, start, length, steps }) => {
    const segmentSize = MB * 2 ** power;
    const first = start % ((1n << 62n) / BigInt(segmentSize));
    const branches: Cluster['branches'] = [
      { timeline: 1, switches: [], from: first, to: first + BigInt(length) - 1n },
    ];
    for (const { parent, segments, offset, tail } of steps)
      grow(branches, parent, segments, offset, tail, segmentSize);
    return { segmentSize, branches };
  });

const grow = (
  branches: Cluster['branches'],
  choice: number,
  segments: number,
  offset: number,
  tail: number,
  segmentSize: number,
): void => {
  // Mostly the newest timeline is left, sometimes an older one.
  const parent =
    branches[choice < branches.length && choice > 0 ? choice - 1 : branches.length - 1];
  if (parent === undefined) return;
  const size = BigInt(segmentSize);
  const lowest = parent.switches.at(-1)?.lsn ?? parent.from * size;
  const span = (parent.to + 1n) * size - lowest;
  const lsn = lowest + (span > 0n ? (span * BigInt(offset)) / 100n : 0n);
  const from = lsn / size;
  // The parent archived up to the switch, and perhaps a little beyond it.
  if (choice >= branches.length || choice === 0) {
    parent.to = from - 1n + BigInt(tail) > parent.to ? parent.to : from - 1n + BigInt(tail);
  }
  branches.push({
    timeline: branches.length + 1,
    switches: [...parent.switches, { parent: parent.timeline, lsn }],
    from,
    to: from + BigInt(segments) - 1n,
  });
};

export type Named = { timeline: number; number: bigint };

export const allSegments = ({ branches }: Cluster): Named[] =>
  branches.flatMap(({ timeline, from, to }) => {
    const list: Named[] = [];
    for (let number = from; number <= to; number += 1n) list.push({ timeline, number });
    return list;
  });

export const key = ({ timeline, number }: Named): string => `${timeline}:${number}`;

/** What recovery reads, one segment at a time, from the anchor to the newest one that is left. */
export const neededSegments = (
  cluster: Cluster,
  left: readonly Named[],
  labels: readonly Named[],
): Named[] => {
  const present = new Set(left.map(key));
  const target = Math.max(0, ...left.map(({ timeline }) => timeline));
  const branch = cluster.branches.find(({ timeline }) => timeline === target);
  if (branch === undefined) return [];
  const newest = left
    .filter(({ timeline }) => timeline === target)
    .map(({ number }) => number)
    .toSorted((a, b) => (a < b ? -1 : 1))
    .at(-1);
  if (newest === undefined) return [];
  const lowest = cluster.branches[0]?.from ?? 0n;
  const owner = (number: bigint): number => {
    let timeline = branch.switches[0]?.parent ?? target;
    for (const [index, { lsn }] of branch.switches.entries()) {
      if (lsn / BigInt(cluster.segmentSize) <= number)
        timeline = branch.switches[index + 1]?.parent ?? target;
    }
    return timeline;
  };
  const way: Named[] = [];
  for (let number = lowest; number <= newest; number += 1n)
    way.push({ timeline: owner(number), number });
  // A base backup counts where its timeline is read, up to the segment in which that is left.
  const lineage = [...branch.switches.map(({ parent }) => parent), target];
  const entry = (index: number): bigint =>
    (branch.switches[index]?.lsn ?? 1n << 70n) / BigInt(cluster.segmentSize);
  const usable = labels.filter(({ timeline, number }) => {
    const index = lineage.indexOf(timeline);
    const entered = index === 0 ? lowest : entry(index - 1);
    return index >= 0 && number >= entered && number <= entry(index) && number <= newest;
  });
  const anchors = usable.length > 0 ? usable : way.filter((segment) => present.has(key(segment)));
  const begins = way.find((segment) => present.has(key(segment)))?.number;
  // Older .backup files are what pg_archivecleanup leaves.
  const pruned = usable.find(({ number }) => number === begins)?.number;
  const anchor =
    pruned ??
    anchors.reduce<bigint | undefined>(
      (low, { number }) => (low === undefined || number < low ? number : low),
      undefined,
    );
  return way.filter(({ number }) => anchor !== undefined && number >= anchor);
};

export const archiveOf = (
  cluster: Cluster,
  left: readonly Named[],
  labels: readonly Named[],
): Archive => {
  const timelines = new Map<number, Run[]>();
  for (const { timeline, number } of left) {
    const runs = timelines.get(timeline) ?? [];
    appendSegment(runs, number, Number(number));
    timelines.set(timeline, runs);
  }
  const histories = new Map<number, History>(
    cluster.branches.slice(1).map(({ timeline, switches }) => [timeline, { switches }]),
  );
  return { segmentSize: cluster.segmentSize, timelines, histories, labels };
};

export const nameOf = (cluster: Cluster, segment: Named): string =>
  formatSegmentName(segment, cluster.segmentSize);
