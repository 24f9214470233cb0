import { describe, expect, it } from 'vitest';
import { zipEntries } from '../../../deploy/zip-entries.ts';

/** The end of central directory of an archive without entries, as `zip` writes it. */
const EMPTY = Buffer.concat([Buffer.from('PK\x05\x06', 'latin1'), Buffer.alloc(18)]);

const entry = (path: string, bytes: number): Buffer => {
  const header = Buffer.alloc(46);
  header.write('PK\x01\x02', 'latin1');
  header.writeUInt32LE(bytes, 24);
  header.writeUInt16LE(path.length, 28);
  return Buffer.concat([header, Buffer.from(path)]);
};

const archive = (entries: Buffer[], comment = ''): Buffer => {
  const end = Buffer.from(EMPTY);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt16LE(comment.length, 20);
  return Buffer.concat([...entries, end, Buffer.from(comment)]);
};

describe('zipEntries', () => {
  it('reads names and unpacked sizes', () => {
    expect(zipEntries(archive([entry('plan.json', 12), entry('a/b.mjs', 345_678)]))).toEqual([
      { path: 'plan.json', bytes: 12 },
      { path: 'a/b.mjs', bytes: 345_678 },
    ]);
  });

  it('finds the directory before a comment', () => {
    expect(zipEntries(archive([entry('a', 1)], 'made by hand'))).toEqual([{ path: 'a', bytes: 1 }]);
  });

  it('says so where the bytes are no archive', () => {
    expect(() => zipEntries(Buffer.from('not a zip archive, but long enough to be one'))).toThrow(
      'not a zip archive',
    );
  });
});
