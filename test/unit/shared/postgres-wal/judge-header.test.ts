import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseHistoryFile } from '../../../../shared/postgres-wal/history-file.ts';
import { type ExpectedHeader, judgeHeader } from '../../../../shared/postgres-wal/judge-header.ts';
import { parsePageHeader } from '../../../../shared/postgres-wal/page-header.ts';
import type { History } from '../../../../shared/postgres-wal/recovery-route.ts';
import { WAL_VERSIONS, walArchive } from '../../../support/wal-segments.ts';
import { readRealArchive } from './real-archive.ts';

const MB = 1024 ** 2;
const VERSIONS = [15, 18] as const;

const historiesOf = (version: 15 | 18): Map<number, History> =>
  new Map(
    readRealArchive(version).files.flatMap(({ name, text = '' }): [number, History][] => {
      if (!name.endsWith('.history')) return [];
      const history = parseHistoryFile(text);
      return [[Number.parseInt(name, 16), history.ok ? history : 'unreadable']];
    }),
  );

const headersOf = (version: 15 | 18) =>
  readRealArchive(version).files.flatMap(({ name, header }) =>
    header === undefined
      ? []
      : [{ name: name.replace('.partial', ''), header: Buffer.from(header, 'hex') }],
  );

const first15 = (): { name: string; header: Buffer } => {
  const [first] = headersOf(15);
  if (first === undefined) throw new Error('the archive is empty');
  return first;
};

/** As check-wal compiles it from the archive's other segments. */
const expectedOf = (version: 15 | 18): ExpectedHeader => {
  const header = parsePageHeader(headersOf(version)[0]?.header ?? Buffer.alloc(0));
  if (!header.ok) throw new Error(header.reason);
  const { systemIdentifier, magic, segmentSize } = header;
  return { systemIdentifier, magic, segmentSize, histories: historiesOf(version) };
};

const judge = (name: string, header: Uint8Array, expected: ExpectedHeader = expectedOf(15)) => {
  const judged = judgeHeader(name, parsePageHeader(header), expected);
  return judged.verdict === 'fail' ? judged.finding : judged.verdict;
};

const changed = (change: (header: Buffer) => void): Buffer => {
  const { header } = first15();
  change(header);
  return header;
};

describe('the header of a segment', () => {
  it.each(VERSIONS)('passes for every segment of a real server %d', (version) => {
    const headers = headersOf(version);
    const carried = new Set(headers.map(({ header }) => header.readUInt32LE(4)));
    expect(carried.size).toBeGreaterThan(1);
    for (const { name, header } of headers) {
      const judged = judgeHeader(name, parsePageHeader(header), expectedOf(version));
      expect({ name, ...judged }).toMatchObject({ verdict: 'pass', timelineJudged: true });
    }
  });

  it.each(WAL_VERSIONS)(
    'passes for every segment of a real server %i, and for no other',
    (version) => {
      const archive = [...walArchive(version)];
      const histories = new Map<number, History>();
      for (const [name, bytes] of archive) {
        if (!name.endsWith('.history')) continue;
        const read = parseHistoryFile(bytes.toString());
        histories.set(Number.parseInt(name, 16), read.ok ? read : 'unreadable');
      }
      const segments = archive.filter(([, bytes]) => bytes.length === MB);
      const headers = segments.map(([name, bytes]) => ({
        name: name.slice(0, 24),
        header: parsePageHeader(bytes.subarray(0, 40)),
      }));
      const [first] = headers;
      if (!first?.header.ok) throw new Error('no first segment');
      const { systemIdentifier, magic, segmentSize } = first.header;
      const expected = { systemIdentifier, magic, segmentSize, histories };
      expect(first.header.postgres).toBe(version);
      expect(headers.length).toBeGreaterThan(10);
      for (const { name, header } of headers) {
        expect(judgeHeader(name, header, expected)).toMatchObject({ verdict: 'pass' });
        const next = name.replace(/.$/, (digit) => (digit === '0' ? '1' : '0'));
        expect(judgeHeader(next, header, expected)).toMatchObject({ finding: 'misnamed' });
      }
    },
  );

  it.each(VERSIONS)('passes with nothing known but the name, server %d', (version) => {
    for (const { name, header } of headersOf(version)) {
      expect(judge(name, header, { histories: new Map() })).toBe('pass');
    }
  });

  it('leaves a lower timeline unjudged where no history says whether it is an ancestor', () => {
    const { name, header } = first15();
    const child = `00000002${name.slice(8)}`;
    for (const history of ['missing', 'unreadable'] as const) {
      const expected = { histories: new Map<number, History>([[2, history]]) };
      expect(judgeHeader(child, parsePageHeader(header), expected)).toMatchObject({
        verdict: 'pass',
        timelineJudged: false,
      });
    }
  });

  it('of any segment under the name of any other never passes', () => {
    for (const version of VERSIONS) {
      const [headers, expected] = [headersOf(version), expectedOf(version)];
      for (const { name } of headers) {
        const others = headers.filter((other) => other.name.slice(8) !== name.slice(8));
        for (const { header } of others) {
          expect(judge(name, header, expected)).toBe('misnamed');
        }
      }
    }
  });

  it('says what the contents are', () => {
    const { header } = first15();
    expect(
      judgeHeader('000000010000000000000999', parsePageHeader(header), expectedOf(15)),
    ).toMatchObject({ detail: expect.stringContaining('belongs into 000000010000000000000006:') });
  });

  it('is of the timeline that owns the place, or of none that may be there', () => {
    const at = (timeline: number, address: bigint) =>
      changed((header) => {
        header.writeUInt32LE(timeline, 4);
        header.writeBigUInt64LE(address, 8);
      });
    const switches = [
      { parent: 1, lsn: 0x70_0100n },
      { parent: 2, lsn: 0x90_0000n },
    ];
    const expected = { histories: new Map<number, History>([[3, { switches }]]) };
    const of = (name: string, timeline: number, address: bigint) =>
      judge(`0000000${name}`, at(timeline, address), expected);
    expect(of('30000000000000007', 1, 0x70_0000n)).toBe('pass');
    expect(of('30000000000000008', 2, 0x80_0000n)).toBe('pass');
    expect(of('30000000000000009', 3, 0x90_0000n)).toBe('pass');
    expect(of('30000000000000007', 2, 0x70_0000n)).toBe('wrong-timeline');
    expect(of('30000000000000008', 1, 0x80_0000n)).toBe('wrong-timeline');
    expect(of('30000000000000009', 2, 0x90_0000n)).toBe('wrong-timeline');
    expect(of('20000000000000009', 3, 0x90_0000n)).toBe('wrong-timeline');
  });

  it.each([
    ['foreign-cluster', (header: Buffer) => header.writeUInt8(header.readUInt8(25) ^ 1, 25)],
    ['wrong-segment-size', (header: Buffer) => header.writeUInt32LE(2 * MB, 32)],
    ['mixed-versions', (header: Buffer) => header.writeUInt16LE(0xd113, 0)],
    ['damaged-header', (header: Buffer) => header.writeUInt32LE(3 * MB, 32)],
    ['damaged-header', (header: Buffer) => header.writeUInt32LE(8_191, 36)],
    ['damaged-header', (header: Buffer) => header.writeUInt32LE(0, 36)],
    ['damaged-header', (header: Buffer) => header.writeUInt32LE(0, 4)],
    ['damaged-header', (header: Buffer) => header.writeUInt8(1, 8)],
    ['empty-page', (header: Buffer) => header.fill(0)],
    ['not-wal', (header: Buffer) => header.write('\x1f\x8b\x08', 'latin1')],
    ['not-a-first-page', (header: Buffer) => header.writeUInt16LE(5, 2)],
    ['unknown', (header: Buffer) => header.writeUInt16LE(0xd11a, 0)],
  ])('is found to be %s', (finding, change) => {
    expect(judge(first15().name, changed(change))).toBe(finding);
  });

  it('is too short', () => {
    expect(judge(first15().name, first15().header.subarray(0, 39))).toBe('too-short');
  });

  it('is not misread by the name of a larger segment size', () => {
    const { header } = first15();
    header.writeUInt32LE(1024 * MB, 32);
    header.writeBigUInt64LE(5n << 30n, 8);
    expect(judge('000000010000000100000001', header, { histories: new Map() })).toBe('pass');
    expect(judge('000000010000000100000005', header, { histories: new Map() })).toBe('misnamed');
  });

  it('survives whatever the bytes are', () => {
    const [{ name, header }, expected] = [first15(), expectedOf(15)];
    const byte = fc.tuple(fc.nat({ max: 39 }), fc.nat({ max: 255 }));
    fc.assert(
      fc.property(fc.array(byte, { maxLength: 4 }), (bytes) => {
        const damaged = Buffer.from(header);
        for (const [at, value] of bytes) damaged.writeUInt8(value, at);
        expect(judge(name, damaged, expected)).toEqual(expect.any(String));
      }),
      { numRuns: 500 },
    );
  });
});
