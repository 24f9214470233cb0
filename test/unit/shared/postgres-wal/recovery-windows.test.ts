import { describe, expect, it } from 'vitest';
import { achievedRpo } from '../../../../shared/postgres-wal/achieved-rpo.ts';
import { classifyArchiveName } from '../../../../shared/postgres-wal/archive-name.ts';
import { parseBackupLabel } from '../../../../shared/postgres-wal/backup-label.ts';
import {
  type BaseBackup,
  baseBackupNamed,
  baseBackupOf,
} from '../../../../shared/postgres-wal/base-backup.ts';
import { parseHistoryFile } from '../../../../shared/postgres-wal/history-file.ts';
import { formatLsn, parseLsn } from '../../../../shared/postgres-wal/lsn.ts';
import type { History } from '../../../../shared/postgres-wal/recovery-route.ts';
import {
  type RecoveryWindow,
  recoveryWindows,
  type WindowArchive,
} from '../../../../shared/postgres-wal/recovery-windows.ts';
import { parseSegmentName } from '../../../../shared/postgres-wal/segment-name.ts';
import { appendSegment, type Run } from '../../../../shared/postgres-wal/segment-runs.ts';
import { readRealArchive, textOf } from './real-archive.ts';

const MB = 1024 ** 2;
const MINUTE = 60_000;
const lsn = (text: string): bigint => parseLsn(text) ?? 0n;

/** `1:5-9` are the segments 5 to 9 of timeline 1; a segment was archived as many minutes after 1970. */
const archiveOf = (runs: string[], more: Partial<WindowArchive> = {}): WindowArchive => {
  const timelines = new Map<number, Run[]>();
  const newestAt = new Map<number, number>();
  for (const run of runs) {
    const [timeline = 0, first = 0, last = first] = run.split(/[:-]/).map(Number);
    const mark = first * MINUTE;
    const next = { first: BigInt(first), last: BigInt(last), mark };
    timelines.set(timeline, [...(timelines.get(timeline) ?? []), next]);
    newestAt.set(timeline, last * MINUTE);
  }
  return { segmentSize: MB, timelines, newestAt, histories: new Map(), labels: [], ...more };
};

const backup = (start: string, stop: string | undefined, timeline = 1): BaseBackup => ({
  name: `base-${start}`,
  timeline,
  start: lsn(start),
  stop: stop === undefined ? undefined : lsn(stop),
});

/** A line for each: where it ends and why. */
const say = (window: RecoveryWindow): string => {
  const { state, timeline } = window;
  if (state === 'incomplete') {
    const { kind, first, last } = window.missing;
    return `incomplete on ${timeline}: ${kind} ${first.slice(-3)} to ${last.slice(-3)}`;
  }
  const { to, endedBy } = window;
  const why = endedBy === undefined ? '' : `, then ${endedBy.kind} ${endedBy.first.slice(-3)}`;
  return `${state} on ${timeline} to ${to.segment.slice(7, 8)}:${to.segment.slice(-3)}${why}`;
};
const windows = (archive: WindowArchive, ...backups: BaseBackup[]): string[] =>
  recoveryWindows(archive, backups).map(say);

const history = (...switches: [parent: number, lsn: string][]): History => ({
  switches: switches.map(([parent, at]) => ({ parent, lsn: lsn(at) })),
});

describe('the window of a base backup', () => {
  const five = backup('0/500028', '0/600100');

  it('goes from its end to the newest segment', () => {
    expect(windows(archiveOf(['1:5-9']), five)).toEqual(['usable on 1 to 1:009']);
    const [window] = recoveryWindows(archiveOf(['1:5-9']), [{ ...five, stoppedAt: 77 }]);
    expect(window).toMatchObject({
      from: { lsn: lsn('0/600100'), at: 77 },
      to: { lsn: lsn('0/A00000'), time: { at: 9 * MINUTE, means: 'archived' } },
    });
  });

  it('ends at the first gap, or at a segment that cannot be read', () => {
    expect(windows(archiveOf(['1:5-7', '1:9-12']), five)).toEqual([
      'usable on 1 to 1:007, then missing 008',
    ]);
    const broken = new Map([[1, [{ from: 8n, to: 8n }]]]);
    expect(windows(archiveOf(['1:5-12'], { broken }), five)).toEqual([
      'usable on 1 to 1:007, then broken 008',
    ]);
    expect(windows(archiveOf(['1:5-7', '1:9-12'], { broken }), five)).toEqual([
      'usable on 1 to 1:007, then missing 008',
    ]);
  });

  it('says of each what is at the beginning of a hole that is both', () => {
    const broken = new Map([[1, [{ from: 8n, to: 9n }]]]);
    const [after] = recoveryWindows(archiveOf(['1:5-9', '1:11-12'], { broken }), [five]);
    expect(after).toMatchObject({ endedBy: { kind: 'broken', range: { from: 8n, to: 9n } } });
    const [before] = recoveryWindows(archiveOf(['1:5-6', '1:8-12'], { broken }), [five]);
    expect(before).toMatchObject({ endedBy: { kind: 'missing', range: { from: 7n, to: 7n } } });
  });

  it.each([
    ['its first segment', ['1:6-9'], 'incomplete on 1: missing 005 to 005'],
    ['its last segment', ['1:5', '1:7-9'], 'incomplete on 1: missing 006 to 006'],
    ['the end that is not archived yet', ['1:4-5'], 'incomplete on 1: missing 006 to 006'],
    ['everything', [], 'incomplete on 1: missing 005 to 006'],
  ])('is none without %s', (_what, runs, said) => {
    expect(windows(archiveOf(runs), five)).toEqual([said]);
  });

  it('is one up to a boundary that is its end', () => {
    expect(windows(archiveOf(['1:5']), backup('0/500028', '0/600000'))).toEqual([
      'usable on 1 to 1:005',
    ]);
  });

  it('is not sure where only its start is known', () => {
    const [known] = [baseBackupNamed('000000010000000000000005.00000028.backup', MB)];
    expect(known).toMatchObject({ timeline: 1, start: lsn('0/500028') });
    expect(windows(archiveOf(['1:5-9']), known ?? five)).toEqual(['unknown on 1 to 1:009']);
    expect(windows(archiveOf(['1:6-9']), known ?? five)).toEqual([
      'incomplete on 1: missing 005 to 005',
    ]);
    expect(baseBackupNamed('000000010000000000000005', MB)).toBeUndefined();
  });

  it('follows the timelines to the latest', () => {
    const histories = new Map([[2, history([1, '0/800010'])]]);
    const archive = archiveOf(['1:5-8', '2:8-11'], { histories });
    expect(windows(archive, five)).toEqual(['usable on 2 to 2:00B']);
    const lost = archiveOf(['1:5-6', '2:8-11'], { histories });
    expect(windows(lost, five)).toEqual(['usable on 2 to 1:006, then missing 007']);
  });

  it('stays on its own timeline where no history leads on, or left before it ended', () => {
    expect(windows(archiveOf(['1:5-8', '2:8-11']), five)).toEqual(['usable on 1 to 1:008']);
    const early = new Map([[2, history([1, '0/600010'])]]);
    const archive = archiveOf(['1:5-8', '2:6-11'], { histories: early });
    expect(windows(archive, five)).toEqual(['usable on 1 to 1:008']);
    const left = archiveOf(['1:5', '2:6-11'], { histories: early });
    expect(windows(left, backup('0/500028', '0/600010'))).toEqual(['usable on 2 to 2:00B']);
    expect(windows(archiveOf(['3:9']), backup('0/500028', '0/600100', 2))).toEqual([
      'incomplete on 2: missing 005 to 006',
    ]);
  });

  it('is told for every timeline that is live', () => {
    const histories = new Map([[2, history([1, '0/800010'])]]);
    const archive = archiveOf(['1:5-20', '2:8-11'], { histories });
    expect(windows(archive, five)).toEqual(['usable on 2 to 2:00B', 'usable on 1 to 1:014']);
  });

  it('prefers a time that is known better', () => {
    const timeOf = () => ({ at: 5, means: 'last-transaction' as const });
    const [window] = recoveryWindows(archiveOf(['1:5-9'], { timeOf }), [five]);
    expect(window).toMatchObject({ to: { time: { at: 5, means: 'last-transaction' } } });
    const [ended] = recoveryWindows(archiveOf(['1:5-7', '1:9']), [five]);
    expect(ended).toMatchObject({ to: { time: { at: 5 * MINUTE, means: 'archived-later' } } });
  });

  it('costs by runs, not by segments', () => {
    const archive = archiveOf(['1:5-9', '1:9000000000000-9000000000001']);
    expect(windows(archive, five)).toEqual(['usable on 1 to 1:009, then missing 00A']);
  });

  it('is right for a real archive with three promotions', () => {
    const real = readRealArchive(15);
    const timelines = new Map<number, Run[]>();
    const histories = new Map<number, History>();
    for (const { name, text = '' } of real.files) {
      const what = classifyArchiveName(name);
      if (what.kind === 'segment') {
        const { timeline, number } = parseSegmentName(what.segment, MB) ?? {
          timeline: 0,
          number: 0n,
        };
        timelines.set(timeline, timelines.get(timeline) ?? []);
        appendSegment(timelines.get(timeline) ?? [], number, 0);
      } else if (what.kind === 'history') {
        const read = parseHistoryFile(text);
        histories.set(what.timeline, read.ok ? read : 'unreadable');
      }
    }
    const name = '00000001000000000000000B.00000028.backup';
    const label = parseBackupLabel(textOf(real, name));
    if (label === undefined) throw new Error('no label');
    const taken = baseBackupOf(name, label, 1);
    expect(taken.stoppedAt).toBe(Date.parse('2026-11-21T08:08:20Z'));
    expect(formatLsn(taken.stop ?? 0n)).toBe('0/B00100');
    const archive = { segmentSize: MB, timelines, histories, labels: [] };
    expect(windows(archive, taken)).toEqual(['usable on 4 to 4:016']);
  });
});

describe('the recovery point that an archive achieves', () => {
  const now = 20 * MINUTE;
  const rpo = (archive: WindowArchive, ...backups: BaseBackup[]) =>
    achievedRpo(recoveryWindows(archive, backups), now);

  it('is the age of the newest WAL that a backup can be rolled forward to', () => {
    const backups = [backup('0/500028', '0/600100'), backup('0/800028', '0/800100')];
    expect(rpo(archiveOf(['1:5-18']), ...backups)).toMatchObject({ known: true, seconds: 120 });
    expect(rpo(archiveOf(['1:5-18', '1:22']), ...backups)).toMatchObject({ seconds: 900 });
  });

  it('is told by the backup that gets farther, where the newest is not whole', () => {
    const backups = [backup('0/500028', '0/600100'), backup('0/C00028', '0/E00100')];
    expect(rpo(archiveOf(['1:5-12']), ...backups)).toMatchObject({
      seconds: 480,
      window: { backup: { name: 'base-0/500028' } },
    });
  });

  it('is not known without a backup that can be used, or its time', () => {
    expect(rpo(archiveOf(['1:5-18']))).toEqual({ known: false, reason: 'no-base-backup' });
    expect(rpo(archiveOf(['1:6-18']), backup('0/500028', '0/600100'))).toEqual({
      known: false,
      reason: 'no-usable-base-backup',
    });
    const untimed = { ...archiveOf(['1:0-18']), newestAt: undefined };
    expect(rpo(untimed, backup('0/500028', '0/600100'))).toEqual({
      known: false,
      reason: 'time-not-known',
    });
  });

  it('is never below nothing', () => {
    expect(rpo(archiveOf(['1:5-99']), backup('0/500028', '0/600100'))).toMatchObject({
      seconds: 0,
    });
  });
});
