import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { writeLine } from '../../../../functions/replay-dead-letters/archive-line.ts';
import { readLines } from '../../../../functions/replay-dead-letters/archive-reader.ts';
import { identify } from '../../../../functions/replay-dead-letters/identify.ts';

const BODIES = [
  '{"text":"a\u2028b\u2029c"}',
  'two\nlines\r\nand\ra half',
  '',
  'é€😀'.repeat(50),
  '\u0085\u000b\u000c',
];

const lines = BODIES.map((body, index) =>
  writeLine(
    identify(
      { id: `copy-${index}`, receipt: '', body, attributes: {} },
      { destination: 'd', topic: 't', rawDelivery: true },
    ),
  ),
);

/** The bytes in pieces, each of so many. */
const inPieces = (text: string, size: number): Readable => {
  const bytes = Buffer.from(text);
  return Readable.from(
    Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
      bytes.subarray(index * size, (index + 1) * size),
    ),
  );
};

describe('lines of an archive object', () => {
  it.each([1, 7, 100_000])('come back as they were, from pieces of %d bytes', async (size) => {
    const read = await Array.fromAsync(readLines(inPieces(`${lines.join('\n')}\n`, size)));
    expect(read.map((line) => JSON.parse(line).body)).toEqual(BODIES);
  });

  it('fail where the object breaks off', async () => {
    const broken = Readable.from(
      (async function* () {
        yield Buffer.from(`${lines[0]}\n`);
        throw new Error('the connection is gone');
      })(),
    );
    await expect(Array.fromAsync(readLines(broken))).rejects.toThrow('gone');
  });
});
