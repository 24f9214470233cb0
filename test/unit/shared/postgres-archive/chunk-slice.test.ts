import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ARCHIVE_LIMITS } from '../../../../shared/postgres-archive/archive-limits.ts';
import { BlockReader } from '../../../../shared/postgres-archive/block-data.ts';
import { ByteReader } from '../../../../shared/postgres-archive/byte-reader.ts';
import { inPieces } from '../../../support/bytes.ts';
import { int } from '../../../support/write-archive.ts';

const block = (chunks: Buffer[]): Buffer =>
  Buffer.concat([...chunks.flatMap((chunk) => [int(chunk.length), chunk]), int(0)]);

/** What a block without compression is read as, its padding marked. */
const read = async (bytes: Buffer, size: number) => {
  const blocks = new BlockReader(new ByteReader(inPieces(bytes, size)), 'none', ARCHIVE_LIMITS);
  let text = '';
  let count = 0;
  for await (const { data, padding } of blocks.read('t')) {
    text += data.toString('latin1');
    count += data.length - padding;
  }
  return { text, count };
};

describe('the chunks of a block without compression', () => {
  const row = fc
    .tuple(fc.string({ unit: fc.constantFrom('a', 'b', '\t'), maxLength: 40 }), fc.boolean())
    .map(([text, isLine]) => Buffer.from(`${text}${isLine ? '\n' : 'x'}`));

  it('are joined, with spaces in front of lines at most', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(row), fc.integer({ min: 1, max: 90 }), async (chunks, size) => {
        const data = Buffer.concat(chunks).toString('latin1');
        const { text, count } = await read(block(chunks), size);
        expect(text.replaceAll(/(?<=^|\n) {5}/g, '')).toBe(data);
        expect(count).toBe(data.length);
        // The end of COPY is looked for in the last bytes.
        expect(text.slice(-16)).toBe(data.slice(-16));
      }),
      { numRuns: 300 },
    );
  });

  it('may be larger than a slice', async () => {
    const large = Buffer.alloc(600_000, 'abcdefgh\n');
    const { text, count } = await read(block([large, large]), 100_000);
    expect(count).toBe(1_200_000);
    expect(text.replace(/\n {5}/, '\n')).toBe(Buffer.concat([large, large]).toString('latin1'));
  });

  it('end where they say', async () => {
    const bytes = Buffer.concat([block([Buffer.from('one\n')]), Buffer.from('next')]);
    const reader = new ByteReader(inPieces(bytes, 3));
    const blocks = new BlockReader(reader, 'none', ARCHIVE_LIMITS);
    for await (const { data } of blocks.read('t')) expect(data.length).toBeGreaterThan(0);
    expect((await reader.take(4)).toString()).toBe('next');
  });

  it.each([-1, -(2 ** 31)])('of %i bytes are none', async (length) => {
    await expect(
      read(Buffer.concat([int(4), Buffer.from('one\n'), int(length)]), 99),
    ).rejects.toThrow(`a chunk has ${length} bytes`);
  });

  it('that are not all there are truncated', async () => {
    const bytes = block([Buffer.alloc(50, 'x\n')]);
    for (let length = 0; length < bytes.length; length += 1) {
      await expect(read(bytes.subarray(0, length), 20)).rejects.toMatchObject({
        damage: 'truncated',
      });
    }
  });
});
