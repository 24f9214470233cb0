import { describe, expect, it } from 'vitest';
import { classifyArchiveName } from '../../../../shared/postgres-wal/archive-name.ts';
import { findGaps } from '../../../../shared/postgres-wal/find-gaps.ts';
import { parseHistoryFile } from '../../../../shared/postgres-wal/history-file.ts';
import type { Archive, History } from '../../../../shared/postgres-wal/recovery-route.ts';
import { parseSegmentName } from '../../../../shared/postgres-wal/segment-name.ts';
import { appendSegment, type Run } from '../../../../shared/postgres-wal/segment-runs.ts';
import { type RealArchive, readRealArchive } from './real-archive.ts';

const MB = 1024 ** 2;

type Parts = {
  segments: string[];
  histories?: Record<number, History>;
  labels?: string[];
  segmentSize?: number;
};

/** `1:A7` is segment A7 of timeline 1. */
const segment = (short: string, size: number) => {
  const [timeline = '', number = ''] = short.split(':');
  const parsed = parseSegmentName(timeline.padStart(8, '0') + number.padStart(16, '0'), size);
  if (parsed === undefined) throw new Error(`${short} is no segment`);
  return parsed;
};

const archive = ({
  segments,
  histories = {},
  labels = [],
  segmentSize = 16 * MB,
}: Parts): Archive => {
  const timelines = new Map<number, Run[]>();
  for (const short of segments) {
    const { timeline, number } = segment(short, segmentSize);
    const runs = timelines.get(timeline) ?? [];
    appendSegment(runs, number, 0);
    timelines.set(timeline, runs);
  }
  return {
    segmentSize,
    timelines,
    histories: new Map(Object.entries(histories).map(([id, history]) => [Number(id), history])),
    labels: labels.map((short) => segment(short, segmentSize)),
  };
};

const left = (parent: number, lsn: bigint) => ({ parent, lsn });
const gapsOf = (parts: Parts): string[] =>
  findGaps(archive(parts)).gaps.map(({ first, last, after = '-', before = '-' }) =>
    [after, first, last, before]
      .map((name) => (name === '-' ? name : `${Number(name.slice(0, 8))}:${name.slice(22)}`))
      .join(' '),
  );
const full = (short: string): string => {
  const [timeline = '', number = ''] = short.split(':');
  return timeline.padStart(8, '0') + number.padStart(16, '0');
};

describe('gaps on one timeline', () => {
  it('are named with their neighbours', () => {
    const { gaps } = findGaps(archive({ segments: ['1:A5', '1:A6', '1:A8'] }));
    expect(gaps).toMatchObject([
      {
        first: full('1:A7'),
        last: full('1:A7'),
        segments: 1n,
        after: full('1:A6'),
        before: full('1:A8'),
      },
    ]);
  });

  it('are none across the end of a log, which depends on the segment size', () => {
    expect(gapsOf({ segments: ['1:FF', '1:100000000'] })).toEqual([]);
    expect(gapsOf({ segments: ['1:3F', '1:100000000'], segmentSize: 64 * MB })).toEqual([]);
    expect(findGaps(archive({ segments: ['1:3F', '1:100000000'] })).gaps[0]?.segments).toBe(192n);
  });

  it('cost the same whether one segment is missing or a million millions', () => {
    const { gaps } = findGaps(archive({ segments: ['1:1', '1:FFFFFF00000000FF'] }));
    expect(gaps).toHaveLength(1);
    expect(gaps[0]?.segments).toBe(0xffffff00n * 256n + 0xffn - 2n);
  });

  it('start at the oldest base backup, not at what is older', () => {
    const segments = ['1:3', '1:5', '1:6', '1:8'];
    expect(gapsOf({ segments, labels: ['1:5', '1:6'] })).toEqual(['1:06 1:07 1:07 1:08']);
    expect(gapsOf({ segments })).toHaveLength(2);
  });

  it('include the start of a base backup that is gone', () => {
    expect(gapsOf({ segments: ['1:7', '1:8'], labels: ['1:5'] })).toEqual(['- 1:05 1:06 1:07']);
  });

  it('wait for the segments of a base backup that has just begun', () => {
    expect(gapsOf({ segments: ['1:5', '1:7', '1:8'], labels: ['1:9'] })).toHaveLength(1);
  });

  it('are none in an empty archive, which has no newest segment', () => {
    expect(findGaps(archive({ segments: [] }))).toMatchObject({
      gaps: [],
      newest: undefined,
    });
  });
});

describe('gaps across timelines', () => {
  const two = { 2: { switches: [left(1, 0x700_0100n)] } };

  it.each([
    ['absent', ['1:5', '1:6', '2:7', '2:8']],
    ['complete', ['1:5', '1:6', '1:7', '2:7', '2:8']],
  ])('are none where the parent’s segment of the switch is %s', (_, segments) => {
    expect(gapsOf({ segments, histories: two })).toEqual([]);
  });

  it('are found at the end of the parent and at the start of the child', () => {
    expect(gapsOf({ segments: ['1:5', '2:7'], histories: two })).toEqual(['1:05 1:06 1:06 2:07']);
    expect(gapsOf({ segments: ['1:5', '1:6', '2:8'], histories: two })).toEqual([
      '1:06 2:07 2:07 2:08',
    ]);
    expect(gapsOf({ segments: ['1:5', '2:8'], histories: two })).toEqual([
      '1:05 1:06 1:06 2:08',
      '1:05 2:07 2:07 2:08',
    ]);
  });

  it('do not care what the parent archived after the switch', () => {
    expect(gapsOf({ segments: ['1:6', '1:7', '1:9', '2:7'], histories: two })).toEqual([]);
  });

  it('begin the child at a switch on a segment’s very first byte', () => {
    const histories = { 2: { switches: [left(1, 0x700_0000n)] } };
    expect(gapsOf({ segments: ['1:6', '2:7'], histories })).toEqual([]);
    expect(gapsOf({ segments: ['1:5', '2:7'], histories })).toHaveLength(1);
  });

  it('are none where two switches fall into one segment', () => {
    const histories = { 3: { switches: [left(1, 0x700_0100n), left(2, 0x700_0500n)] } };
    expect(gapsOf({ segments: ['1:6', '3:7'], histories })).toEqual([]);
  });

  it('skip a promotion that was given up', () => {
    const histories = { ...two, 3: { switches: [left(1, 0x900_0000n)] } };
    const segments = ['1:6', '1:7', '1:8', '2:7', '2:9', '3:9'];
    expect(gapsOf({ segments, histories })).toEqual([]);
    expect(findGaps(archive({ segments, histories })).aside).toEqual([2]);
    expect(gapsOf({ segments: segments.filter((name) => name !== '1:8'), histories })).toHaveLength(
      1,
    );
  });

  it('ignore switches that never happened in this archive', () => {
    const histories = {
      4: { switches: [left(1, 0x100n), left(2, 0x200_0000n), left(3, 0x500_0000n)] },
    };
    expect(gapsOf({ segments: ['4:7', '4:8'], histories })).toEqual([]);
    expect(gapsOf({ segments: ['3:4', '4:6'], histories })).toEqual(['3:04 4:05 4:05 4:06']);
  });

  it('take a base backup that starts in the segment of the switch', () => {
    expect(gapsOf({ segments: ['1:2', '2:7', '2:9'], histories: two, labels: ['1:7'] })).toEqual([
      '2:07 2:08 2:08 2:09',
    ]);
  });

  it('do not start at a .backup file that pg_archivecleanup left behind', () => {
    const segments = ['1:7', '1:8'];
    expect(gapsOf({ segments, labels: ['1:3', '1:7'] })).toEqual([]);
    expect(gapsOf({ segments, labels: ['1:3'] })).toHaveLength(1);
    expect(gapsOf({ segments, labels: ['1:3', '1:8'] })).toHaveLength(1);
    expect(gapsOf({ segments: ['1:3', ...segments], labels: ['1:3', '1:7'] })).toHaveLength(1);
  });

  it('do not start at a base backup of a timeline that leads nowhere', () => {
    const histories = { ...two, 3: { switches: [left(1, 0x900_0000n)] } };
    const segments = ['1:8', '2:7', '3:9', '3:B'];
    expect(gapsOf({ segments, histories, labels: ['2:7'] })).toEqual(['3:09 3:0A 3:0A 3:0B']);
  });
});

describe('histories', () => {
  it('are missing for every timeline above 1 that recovery may need', () => {
    const missing = (parts: Parts) => findGaps(archive(parts)).missingHistories;
    expect(missing({ segments: ['1:6', '2:7'] })).toEqual([2]);
    expect(missing({ segments: ['2:7'] })).toEqual([2]);
    expect(missing({ segments: ['1:6'] })).toEqual([]);
    expect(missing({ segments: ['1:6', '2:7'], histories: { 2: 'unreadable' } })).toEqual([]);
    const three = { 3: { switches: [left(1, 0x700_0000n), left(2, 0x900_0000n)] } };
    expect(missing({ segments: ['2:7', '2:8', '3:9'], histories: three })).toEqual([2]);
  });

  it('are not missed for a timeline older than the oldest base backup', () => {
    const three = { 3: { switches: [left(1, 0x700_0000n), left(2, 0x900_0000n)] } };
    const segments = ['2:7', '2:8', '3:9', '3:A'];
    expect(
      findGaps(archive({ segments, histories: three, labels: ['3:A'] })).missingHistories,
    ).toEqual([]);
  });

  it('hide every later timeline where one between is missing, even a promotion that was given up', () => {
    const hidden = (parts: Parts) => findGaps(archive(parts)).hidden;
    const three = { 3: { switches: [left(1, 0x900_0000n)] } };
    const segments = ['1:7', '1:8', '3:9'];
    expect(hidden({ segments, histories: three })).toEqual({ from: 1, to: 3, missing: 2 });
    const all = { 2: { switches: [left(1, 0x700_0100n)] }, ...three };
    expect(hidden({ segments, histories: all })).toBeUndefined();
    expect(hidden({ segments, histories: three, labels: ['3:9'] })).toBeUndefined();
    const far = { 4294967295: { switches: [left(1, 0x900_0000n)] } };
    expect(hidden({ segments: ['1:8', 'FFFFFFFF:9'], histories: far })).toMatchObject({
      missing: 2,
    });
  });

  it('that are missing let holes within a timeline be seen, and invent none between two', () => {
    expect(gapsOf({ segments: ['1:3', '1:5', '2:9', '2:B'] })).toEqual([
      '1:03 1:04 1:04 1:05',
      '2:09 2:0A 2:0A 2:0B',
    ]);
    expect(gapsOf({ segments: ['1:3', '1:9', '2:7', '2:8'] })).toEqual([]);
  });

  it('that could not be read leave the older timelines unjudged', () => {
    const found = findGaps(
      archive({ segments: ['1:3', '1:5', '2:9', '2:B'], histories: { 2: 'unreadable' } }),
    );
    expect(found.unreadableHistories).toEqual([2]);
    expect(found.gaps.map(({ first }) => first)).toEqual([full('2:A')]);
  });
});

describe('the archive of a real server', () => {
  const read = ({ files, segmentSize }: RealArchive, without: string[] = []): Archive => {
    const histories: Record<number, History> = {};
    const segments: string[] = [];
    const labels: string[] = [];
    for (const { name, text = '' } of files.filter((file) => !without.includes(file.name))) {
      const classified = classifyArchiveName(name);
      const short = `${Number.parseInt(name.slice(0, 8), 16)}:${name.slice(8, 24)}`;
      if (classified.kind === 'segment') segments.push(short);
      if (classified.kind === 'backup-label') labels.push(short);
      const history = parseHistoryFile(text);
      if (classified.kind === 'history' && history.ok) histories[classified.timeline] = history;
    }
    return archive({ segments, histories, labels, segmentSize });
  };

  it('has no gap: four timelines, two switches in one segment, one timeline all partial', () => {
    const found = findGaps(read(readRealArchive(15)));
    expect(found).toMatchObject({ gaps: [], missingHistories: [], aside: [] });
    expect(found.oldest).toBe(full('1:B'));
    expect(found.newest).toBe(full('4:16'));
    expect(findGaps(read(readRealArchive(18))).gaps).toEqual([]);
  });

  it('names each segment that is taken away from the base backup on', () => {
    const real = readRealArchive(15);
    const taken = ['1:B', '1:D', '1:10', '2:11', '2:15'].map(full);
    expect(findGaps(read(real, taken)).gaps.flatMap(({ first, last }) => [first, last])).toEqual(
      ['1:B', '1:B', '1:D', '1:D', '1:10', '1:10', '2:11', '2:11', '2:15', '2:15'].map(full),
    );
    expect(findGaps(read(real, [full('1:6'), full('1:9')])).gaps).toEqual([]);
  });
});
