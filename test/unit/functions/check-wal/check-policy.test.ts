import { describe, expect, it } from 'vitest';
import { checkPolicy, type PolicyCheck } from '../../../../functions/check-wal/check-policy.ts';
import { type Cursor, cursorSchema } from '../../../../functions/check-wal/cursor-schema.ts';
import { wholeSegment } from '../../../support/wal-segment.ts';
import { file, listing } from './listed-archive.ts';
import { walPolicy } from './surveyed-archive.ts';

const MB = 1024 ** 2;
const MINUTE = 60_000;
const NOW = Date.parse('2026-11-21T20:00:00Z');
const name = (number: number): string =>
  number.toString(16).toUpperCase().padStart(24, '00000001'.padEnd(16, '0'));

/** The one object that runs share, written only by who has read it as it is. */
const sharedCursor = () => {
  let stored: { text: string; etag: string } | undefined;
  let version = 0;
  const refused: string[] = [];
  const cursors: PolicyCheck['cursors'] = {
    read: async () =>
      stored && { value: cursorSchema.parse(JSON.parse(stored.text)), etag: stored.etag },
    write: async (policy, cursor, etag) => {
      if (stored?.etag !== etag) {
        refused.push(policy);
        return false;
      }
      version += 1;
      stored = { text: JSON.stringify(cursor), etag: String(version) };
      return true;
    },
  };
  return { cursors, refused, read: (): Cursor => JSON.parse(stored?.text ?? '{}') };
};

const whole = new Map<string, Buffer>();
const segmentOf = (name: string): Buffer => {
  const bytes = whole.get(name) ?? wholeSegment(name, { segmentSize: MB });
  whole.set(name, bytes);
  return bytes;
};

/** An archive of segments that several runs check at a time. */
const archive = (count: number) => {
  const broken = new Set<number>();
  const files = Array.from({ length: count }, (_, index) =>
    file(name(index + 1), MB, NOW - (count - index) * MINUTE),
  );
  const bytesOf = (one: string): Buffer => {
    const isBroken = [...broken].some((number) => name(number) === one);
    if (!isBroken) return segmentOf(one);
    const bytes = Buffer.from(segmentOf(one));
    bytes.writeUInt8(bytes.readUInt8(60) ^ 1, 60);
    return bytes;
  };
  const shared = sharedCursor();
  const warnings: string[] = [];
  /** What happens while the next run reads its first whole segment. */
  let during: (() => Promise<void>) | undefined;
  /** Called before every request of a run. */
  let before: () => Promise<void> = async () => {};
  const client: PolicyCheck['client'] = {
    list: async (query) => {
      await before();
      return listing(files).list(query);
    },
    seesVersions: () => false,
    versions: async () => [],
    readVersion: async function* () {},
    listRequests: () => 0,
    getRequests: () => 0,
    read: async () => new Uint8Array(),
    readHead: async (one, bytes) => {
      await before();
      const lastModified = files.find((some) => some.name === one)?.lastModified ?? new Date(0);
      return { bytes: bytesOf(one).subarray(0, bytes), lastModified };
    },
    readWhole: async function* (one) {
      await before();
      const bytes = bytesOf(one);
      const meanwhile = during;
      during = undefined;
      await meanwhile?.();
      yield bytes;
    },
  };
  const check = async (minutes: number, deep?: PolicyCheck['deep']) => {
    const judgements = await checkPolicy({
      policy: walPolicy(),
      client,
      cursors: {
        read: async (...of) => {
          await before();
          return shared.cursors.read(...of);
        },
        write: async (...of) => {
          await before();
          return shared.cursors.write(...of);
        },
      },
      now: new Date(NOW + minutes * MINUTE),
      rescan: false,
      readSecret: async () => 'unused',
      until: Number.POSITIVE_INFINITY,
      deep,
      warn: (message) => warnings.push(message),
    });
    const content = judgements.find((one) => one.check === 'wal-content');
    return [content?.verdict, content?.reason].join(' ');
  };
  const meanwhile = (what: () => Promise<void>): void => {
    during = what;
  };
  /** Does something before the request of that number of a run; answers whether it made so many. */
  const atRequest = async (
    number: number,
    what: () => Promise<void>,
    run: () => Promise<unknown>,
  ) => {
    let requests = 0;
    before = async () => {
      requests += 1;
      if (requests !== number) return;
      const others = before;
      before = async () => {};
      await what();
      before = others;
    };
    await run();
    before = async () => {};
    return requests >= number;
  };
  return { check, meanwhile, broken, shared, warnings, atRequest };
};

describe('two runs at a time', () => {
  it('keep what the slower one found', async () => {
    const { check, meanwhile, broken, shared } = archive(8);
    broken.add(5);
    expect(await check(0)).toBe('pass headers-right');
    meanwhile(async () => void expect(await check(5)).toBe('pass headers-right'));
    expect(await check(4, {})).toBe('fail record-checksum');
    expect(shared.refused).toEqual(['wal']);
    expect(await check(10)).toBe('fail record-checksum');
    // Both walks count: nothing is left, and the newest is not read anew.
    expect(shared.read().deep?.forms).toMatchObject([{ blocks: [['0', '1fe', '20', '', 0]] }]);
  });

  it('say both what one of them found, whichever writes first', async () => {
    const { check, meanwhile, broken } = archive(8);
    broken.add(5);
    await check(0);
    meanwhile(async () => void expect(await check(5, {})).toBe('fail record-checksum'));
    expect(await check(4)).toBe('fail record-checksum');
    expect(await check(10)).toBe('fail record-checksum');
  });

  it('keep that the slower one found a segment good again', async () => {
    const { check, meanwhile, broken, shared } = archive(8);
    for (const number of [4, 5, 6]) broken.add(number);
    expect(await check(0, {})).toBe('fail record-checksum');
    broken.clear();
    meanwhile(async () => void expect(await check(6)).toBe('fail record-checksum'));
    const range = { first: name(1), last: name(8) };
    expect(await check(5, { range })).toBe('pass headers-right');
    expect(shared.refused).toEqual(['wal']);
    expect(await check(10)).toBe('pass headers-right');
  });

  it('lose nothing at whatever request of the one the other comes in', async () => {
    for (const [slow, quick] of [
      [{}, undefined],
      [undefined, {}],
    ]) {
      for (let number = 1; ; number += 1) {
        const { check, atRequest, broken, shared } = archive(5);
        await check(0);
        // Not where the schedule comes by.
        broken.add(4);
        const other = async () => void (await check(5, quick));
        const isThere = await atRequest(number, other, () => check(4, slow));
        if (!isThere) break;
        expect(await check(10)).toBe('fail record-checksum');
        expect(shared.read().deep?.forms).toMatchObject([{ blocks: [['0', '3e', '10', '', 0]] }]);
      }
    }
  });

  it('give up after a few tries, and say so', async () => {
    const { check, shared, warnings } = archive(3);
    shared.cursors.write = async (policy) => {
      shared.refused.push(policy);
      return false;
    };
    expect(await check(0)).toBe('pass headers-right');
    expect(shared.refused.length).toBe(3);
    expect(warnings).toEqual(['The cursor was not written']);
  });
});
