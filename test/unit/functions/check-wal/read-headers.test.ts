import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { decideContent } from '../../../../functions/check-wal/decide-content.ts';
import type { ReadHead } from '../../../../functions/check-wal/head-reader.ts';
import { emptyHeaderMemory } from '../../../../functions/check-wal/header-memory.ts';
import { readHeaders, SOCKETS } from '../../../../functions/check-wal/read-headers.ts';
import type { Survey } from '../../../../functions/check-wal/survey.ts';
import { segmentHeader } from '../../../support/wal-segment.ts';
import { file, segments } from './listed-archive.ts';
import { surveyOf, walPolicy } from './surveyed-archive.ts';

const AT = new Date(1_000);
const NOW = new Date(2_000);
const refused = Object.assign(new Error('no'), { name: 'AccessDenied' });
const later = Object.assign(new Error('slow'), { name: 'SlowDown' });

/** Reads headers of an archive in which a name may have other bytes, or an error. */
const lookAt = async (
  survey: Survey,
  others: Record<string, Buffer | Error> = {},
  { memory = emptyHeaderMemory(NOW), until = Number.POSITIVE_INFINITY, policy = walPolicy() } = {},
) => {
  const asked: string[] = [];
  let [now, most] = [0, 0];
  const read: ReadHead = async (name, bytes) => {
    asked.push(name);
    now += 1;
    most = Math.max(most, now);
    await new Promise(setImmediate);
    now -= 1;
    const content = others[name] ?? segmentHeader(name);
    if (content instanceof Error) throw content;
    const stored = name.endsWith('.gz') ? gzipSync(content) : content;
    return { bytes: stored.subarray(0, bytes), lastModified: AT };
  };
  const readSecret = async () => 'unused';
  const look = await readHeaders({ policy, survey, memory, full: true, read, readSecret, until });
  return { look, asked, most, judged: decideContent(policy, survey, look) };
};
const archive = (names: readonly string[]): Survey => surveyOf(names.map((name) => file(name)));
const raw = (from: bigint, count: number, timeline = 1): string[] =>
  segments(timeline, from, count, '');

describe('reading headers', () => {
  it('reads each once, many at a time', async () => {
    const survey = archive(raw(1n, 1_000));
    const { look, asked, most, judged } = await lookAt(survey);
    expect(new Set(asked).size).toBe(1_000);
    expect(most).toBe(SOCKETS);
    expect(judged).toMatchObject({ verdict: 'pass', reason: 'headers-right' });
    const again = await lookAt(survey, {}, { memory: look.memory });
    expect(again.asked).toEqual([]);
    expect(again.judged.verdict).toBe('pass');
  });

  it('never passes what it had no time for, and says how much that is', async () => {
    const survey = archive(raw(1n, 10));
    const { look, judged } = await lookAt(survey, {}, { until: 0 });
    expect(look).toMatchObject({ read: 0, left: 10 });
    expect(judged).toMatchObject({ verdict: 'unknown', reason: 'reading-goes-on' });
    expect(judged.summary).toContain('10 segments could not be looked into yet');
  });

  it('gives up at once where nothing may be read, and asks again the next time', async () => {
    const names = raw(1n, 1_000);
    const others = Object.fromEntries(names.map((name) => [name, refused]));
    const { look, asked, judged } = await lookAt(archive(names), others);
    expect(asked.length).toBeLessThan(2 * SOCKETS);
    expect(look.left).toBe(1_000);
    expect(judged).toMatchObject({ verdict: 'unknown', reason: 'access-denied' });
    expect(judged.action).toContain('s3:GetObject');
  });

  it('remembers a single refusal, and tries again what only failed', async () => {
    const [one = '', two = ''] = raw(500n, 2);
    const survey = archive(raw(1n, 1_000));
    const { look, judged } = await lookAt(survey, { [one]: refused, [two]: later });
    expect(look).toMatchObject({ read: 999, left: 1, trouble: { reason: 'throttled' } });
    expect(judged).toMatchObject({ verdict: 'unknown' });
    expect(judged.observed).toMatchObject({
      notLookedInto: [{ segments: 1 }, { segments: 1, reason: 'access-denied', example: one }],
    });
    const again = await lookAt(survey, {}, { memory: look.memory });
    expect(again.asked).toEqual([two]);
  });

  it('names the cluster of few among many, wherever they stand', async () => {
    const names = raw(1n, 20);
    const foreign = names.slice(0, 3);
    const others = Object.fromEntries(
      foreign.map((name) => [name, segmentHeader(name, { systemIdentifier: 99n })]),
    );
    const { judged, look } = await lookAt(archive(names), others);
    expect(judged).toMatchObject({ verdict: 'fail', reason: 'foreign-cluster' });
    expect(judged.summary).toMatch(/^wal: 3 segments \w+ to \w+ were written by the cluster 99 /);
    const upgraded = raw(21n, 1);
    const next = { [upgraded[0] ?? '']: segmentHeader(upgraded[0] ?? '', { magic: 0xd113 }) };
    const mixed = await lookAt(archive([...names, ...upgraded]), next, { memory: look.memory });
    expect(mixed.judged.observed).toMatchObject({ foreign: [{}, { postgres: 16, segments: 1 }] });
  });

  it('does not take an archive that is compressed under plain names for damaged', async () => {
    const names = raw(1n, 5);
    const others = Object.fromEntries(names.map((name) => [name, gzipSync('x')]));
    const { judged } = await lookAt(archive(names), others);
    expect(judged).toMatchObject({ verdict: 'unknown', reason: 'encoding-not-named' });
    const [one = ''] = names;
    const single = await lookAt(archive(names), {
      [one]: Buffer.concat([gzipSync('x'.repeat(99)), Buffer.alloc(40)]),
    });
    expect(single.judged).toMatchObject({ verdict: 'fail', reason: 'not-wal' });
    expect(single.judged.summary).toContain('it begins like gzip, which neither its name');
  });

  it('is silent about what no recovery reads', async () => {
    const bad = raw(1n, 1);
    const label = `${raw(3n, 1)[0]}.00000028.backup`;
    const survey = archive([...raw(1n, 5), label]);
    const { judged } = await lookAt(survey, { [bad[0] ?? '']: Buffer.alloc(40) });
    expect(judged.verdict).toBe('pass');
    const [needed = ''] = raw(4n, 1);
    const { judged: failed } = await lookAt(survey, { [needed]: Buffer.alloc(40) });
    expect(failed).toMatchObject({ verdict: 'fail', reason: 'empty-page', files: [needed] });
  });
});
