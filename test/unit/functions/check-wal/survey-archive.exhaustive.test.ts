import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { ArchiveClient } from '../../../../functions/check-wal/archive-client.ts';
import { decideContinuity } from '../../../../functions/check-wal/decide-continuity.ts';
import type { ListedFile } from '../../../../functions/check-wal/listing.ts';
import { archiveOf } from '../../../../functions/check-wal/survey.ts';
import { type Memory, surveyArchive } from '../../../../functions/check-wal/survey-archive.ts';
import { findGaps } from '../../../../shared/postgres-wal/find-gaps.ts';
import { formatSegmentName } from '../../../../shared/postgres-wal/segment-name.ts';
import { file, history, listing, segments } from './listed-archive.ts';
import { walPolicy } from './surveyed-archive.ts';

const MB = 1024 ** 2;

const clientOver = (
  files: readonly ListedFile[],
  texts: Record<string, string> = {},
  contents: ReadonlyMap<string, Buffer> = new Map(),
) => {
  const { list, asked } = listing(files);
  const reads: string[] = [];
  const starts: string[] = [];
  const client: ArchiveClient = {
    list,
    seesVersions: () => true,
    versions: async () => [],
    readVersion: async function* () {},
    readWhole: async function* () {},
    listRequests: () => asked.length,
    read: async (name) => {
      reads.push(name);
      if (texts[name] === undefined) throw Object.assign(new Error('no'), { name: 'AccessDenied' });
      return Buffer.from(texts[name]);
    },
    getRequests: () => starts.length,
    readHead: async (name, bytes) => {
      starts.push(name);
      const start = (contents.get(name) ?? Buffer.from('?')).subarray(0, bytes);
      return { bytes: start, lastModified: new Date(0) };
    },
  };
  return { client, asked, reads, starts };
};
const means = (client: ArchiveClient, policy = walPolicy()) => ({
  client,
  policy,
  readSecret: async () => 'unused',
});
const survey = async (files: readonly ListedFile[], memory?: Memory, policy = walPolicy()) => {
  const { client, asked } = clientOver(files);
  const looked = await surveyArchive(means(client, policy), memory);
  const { gaps } = findGaps(archiveOf(looked.survey));
  return { ...looked, gaps, requests: asked.length };
};
const named = (size: number, from: number, count: number, suffix = '.gz', bytes = 100) =>
  Array.from({ length: count }, (_, index) =>
    file(formatSegmentName({ timeline: 1, number: BigInt(from + index) }, size) + suffix, bytes),
  );
const remember = (known: Memory['known'], turn = 0): Memory => ({ known, turn });

describe('a survey of an archive', () => {
  it.each([1, 8, 64, 256])(
    'reads compressed segments of %d MB by their names alone',
    async (size) => {
      const { gaps, survey: found } = await survey(named(size * MB, 0, 3 * (4096 / size)));
      expect(found.segmentSize).toBe(size * MB);
      expect(gaps).toEqual([]);
    },
  );

  it('goes by the weight of raw segments, and by the plan before all', async () => {
    const raw = named(64 * MB, 60, 8, '', 64 * MB);
    expect(await survey(raw)).toMatchObject({ gaps: [], survey: { segmentSize: 64 * MB } });
    const policy = walPolicy({ segmentSizeBytes: 16 * MB });
    expect((await survey(raw, undefined, policy)).survey.segmentSize).toBe(16 * MB);
  });

  it('keeps the size that it found while nothing speaks against it', async () => {
    const files = named(64 * MB, 0, 200);
    const first = await survey(files);
    const later = await survey(files.slice(70, 120), remember(first.survey));
    expect(later).toMatchObject({ gaps: [], requests: 1, survey: { segmentSize: 64 * MB } });
    const other = await survey(named(16 * MB, 100, 100), remember(first.survey));
    expect(other.survey.segmentSize).toBe(16 * MB);
  });

  it('takes one name that is impossible for a stray, and names it', async () => {
    const stray = '000000010000000000000105.gz';
    const [first, ...others] = [...segments(1, 3n, 2), stray].map((name) => file(name));
    if (first === undefined) throw new Error('no file');
    const { gaps, survey: found } = await survey([first, ...others]);
    expect(found.segmentSize).toBe(16 * MB);
    expect(gaps).toEqual([]);
    expect(decideContinuity(walPolicy(), found, new Date())).toMatchObject({
      verdict: 'pass',
      observed: { others: 1, misnamed: stray },
    });
    const large = named(64 * MB, 0, 200);
    const odd = file('000000010000000000000051.gz');
    const known = (await survey(large)).survey;
    const later = await survey([...large, odd], remember(known));
    expect(later).toMatchObject({ gaps: [], survey: { segmentSize: 64 * MB } });
    expect((await survey([...large, odd])).survey.segmentSize).toBe(64 * MB);
  });

  it('reads a small archive whole each time, with one request', async () => {
    const files = segments(1, 5n, 300).map((name) => file(name));
    const first = await survey(files);
    const again = await survey(files.slice(1, 40), remember(first.survey));
    expect(again).toMatchObject({ full: true, requests: 1, gaps: [] });
  });

  it('reads a large one whole where its memory is of nothing', async () => {
    const { client } = clientOver([]);
    const empty = (await surveyArchive(means(client, walPolicy()), undefined)).survey;
    const known = { ...empty, seen: { ...empty.seen, files: 5_000 } };
    expect(
      await survey(
        segments(1, 5n, 3).map((name) => file(name)),
        remember(known),
      ),
    ).toMatchObject({
      full: true,
      gaps: [],
    });
  });

  it('looks at ten suspects a run, each in its turn', async () => {
    const whole = segments(1, 0n, 3_000);
    const missing = Array.from({ length: 25 }, (_, index) => 20 * index + 7);
    const without = (gone: number[]) =>
      whole.filter((_, index) => !gone.includes(index)).map((name) => file(name));
    const rounds = async (now: ListedFile[]): Promise<number[]> => {
      let { survey: known } = await survey(without(missing));
      const left: number[] = [];
      for (const turn of [0, 1, 2]) {
        const next = await survey(now, remember(known, turn));
        expect(next.requests).toBe(1 + Math.min(10, left.at(-1) ?? 25));
        left.push(next.gaps.length);
        known = next.survey;
      }
      return left;
    };
    expect(await rounds(without([]))).toEqual([15, 5, 0]);
    expect(await rounds(without(missing.slice(0, 20)))).toEqual([25, 25, 20]);
  });

  it('sees with one more request that an old bad segment was mended', async () => {
    const files = (bytes: number) =>
      segments(1, 0n, 2_000).map((name, index) => file(name, index === 9 ? bytes : 50));
    const first = await survey(files(0));
    expect(first.survey.seen.timelines.get(1)?.empty).toHaveLength(1);
    const again = await survey(files(50), remember(first.survey));
    expect(again).toMatchObject({ full: false, requests: 2 });
    expect(again.survey.seen.timelines.get(1)?.empty).toEqual([]);
  });

  it('reads everything where a segment that it knew is gone, near the end or far from it', async () => {
    const names = segments(1, 0n, 3_000);
    const first = await survey(names.map((name, index) => file(name, index === 9 ? 0 : 50)));
    // As pg_archivecleanup does: all but the newest hundred.
    const cleaned = names.slice(2_900).map((name) => file(name));
    expect(await survey(cleaned, remember(first.survey))).toMatchObject({ full: true, gaps: [] });
    // The empty segment 9, which is looked at again, was deleted with what is below it.
    const shorter = names.slice(100).map((name) => file(name));
    expect(await survey(shorter, remember(first.survey))).toMatchObject({ full: true, gaps: [] });
  });

  it('reads a history once, and again when it has changed', async () => {
    const files = [...segments(1, 0n, 800), history(2), ...segments(2, 800n, 3)].map((name) =>
      file(name),
    );
    const text = { [history(2)]: '1\t3/20000000\tx' };
    const first = clientOver(files, text);
    const { survey: known } = await surveyArchive(means(first.client, walPolicy()), undefined);
    expect(known.histories).toMatchObject([{ switches: [{ parent: 1, lsn: 0x3_2000_0000n }] }]);
    expect(first.reads).toEqual([history(2)]);
    const second = clientOver(files, text);
    await surveyArchive(means(second.client, walPolicy()), remember(known));
    expect(second.reads).toEqual([]);
    const changed = files.map((one) => (one.name === history(2) ? { ...one, etag: '"new"' } : one));
    const third = clientOver(changed, text);
    await surveyArchive(means(third.client, walPolicy()), remember(known));
    expect(third.reads).toEqual([history(2)]);
  });

  it('leaves unread a history that it may not get, and tries again', async () => {
    const names = [...segments(1, 0n, 5), history(2), ...segments(2, 5n, 3)];
    const { client, reads } = clientOver(names.map((name) => file(name)));
    const first = await surveyArchive(means(client, walPolicy()), undefined);
    expect(decideContinuity(walPolicy(), first.survey, new Date())).toMatchObject({
      verdict: 'unknown',
      reason: 'access-denied',
    });
    await surveyArchive(means(client, walPolicy()), remember(first.survey));
    expect(reads).toEqual([history(2), history(2)]);
  });
});

describe('a new archive of compressed 64 MB segments that rolled over once', () => {
  const files = named(64 * MB, 0x3c, 10);
  const newest = '000000010000000100000005.gz';
  /** A segment as the server writes it: the long page header, then anything, 64 MB in all. */
  const content = (changes: { magic?: number; address?: bigint; size?: number } = {}): Buffer => {
    const bytes = Buffer.alloc(4 * MB);
    for (let at = 40; at < bytes.length; at += 1) bytes[at] = (at * at) % 251;
    bytes.writeUInt16LE(changes.magic ?? 53528, 0);
    bytes.writeUInt16LE(2, 2);
    bytes.writeUInt32LE(1, 4);
    bytes.writeBigUInt64LE(changes.address ?? BigInt(0x45 * 64 * MB), 8);
    bytes.writeUInt32LE(changes.size ?? 64 * MB, 32);
    bytes.writeUInt32LE(8_192, 36);
    return gzipSync(bytes);
  };
  const look = async (bytes: Buffer, memory?: Memory, listed = files) => {
    const { client, starts } = clientOver(listed, {}, new Map([[newest, bytes]]));
    const { survey: found } = await surveyArchive(means(client, walPolicy()), memory);
    return { found, starts, said: decideContinuity(walPolicy(), found, new Date()) };
  };

  it('is read by what its newest segment says, once', async () => {
    const first = await look(content());
    expect(first.said).toMatchObject({ verdict: 'pass', reason: 'continuous' });
    expect(first.found).toMatchObject({ segmentSize: 64 * MB, sizeKnown: true });
    expect(first.starts).toEqual([newest]);
    const again = await look(content(), remember(first.found));
    expect(again).toMatchObject({ starts: [], said: { verdict: 'pass' } });
  });

  it('is fully compressed zeros, too', async () => {
    const zeros = Buffer.alloc(16 * MB);
    const said = await look(
      gzipSync(Buffer.concat([gunzipSync(content()).subarray(0, 40), zeros])),
    );
    expect(said.found.sizeKnown).toBe(true);
  });

  it.each([
    ['not gzip', Buffer.from('?')],
    ['empty', Buffer.alloc(0)],
    ['gzip of something else', content({ magic: 7 })],
    ['of a size that there is not', content({ size: 3 * MB })],
    ['another segment', content({ address: 0n })],
  ])('is not accused where that is %s', async (_, bytes) => {
    const { said, found } = await look(bytes);
    expect(found.sizeKnown).toBe(false);
    expect(said).toMatchObject({
      verdict: 'unknown',
      reason: 'size-not-known',
      observed: { missing: 0, gapsIfSizeIsRight: [{ segments: 192 }] },
    });
    expect(said.action).toContain('segment-size');
  });

  it('is accused of a hole that no size explains, and of this one where names speak against it', async () => {
    const none = Buffer.from('?');
    const holed = await look(none, undefined, [...files.slice(0, 2), ...files.slice(3)]);
    expect(holed.said).toMatchObject({ reason: 'gap', observed: { missing: 1 } });
    const sure = await look(none, undefined, [...files, ...named(16 * MB, 0x180, 2)]);
    expect(sure.said).toMatchObject({ verdict: 'fail', reason: 'gap' });
  });

  it('is accused where the plan says 16 MB, or a 16 MB segment does', async () => {
    const policy = walPolicy({ segmentSizeBytes: 16 * MB });
    const { survey: found } = await survey(files, undefined, policy);
    expect(decideContinuity(policy, found, new Date())).toMatchObject({ reason: 'gap' });
    const { said } = await look(content({ size: 16 * MB, address: BigInt(0x105 * 16 * MB) }));
    expect(said).toMatchObject({ reason: 'gap', observed: { missing: 192 } });
  });
});
