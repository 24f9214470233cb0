import { describe, expect, it } from 'vitest';
import { ByteReader } from '../../../../shared/postgres-archive/byte-reader.ts';
import type { TarMember } from '../../../../shared/tar/tar-header.ts';
import { type TarRules, walkTar } from '../../../../shared/tar/tar-walk.ts';
import { judgeArchive, readArchive } from '../../../support/archive-dumps.ts';
import { verdictOf } from '../../../support/base-backups.ts';
import { inPieces } from '../../../support/bytes.ts';
import { tarHeader, writeMember, writeTar } from '../../../support/write-tar.ts';

const walk = async (tar: Buffer, rules?: TarRules): Promise<TarMember[]> => {
  const members: TarMember[] = [];
  const reader = new ByteReader(inPieces(tar, 700));
  await walkTar(
    reader,
    async (member) => {
      members.push(member);
      await reader.skip(member.size);
    },
    rules,
  );
  return members;
};
const judge = (tar: Buffer) => verdictOf(walk(tar));
const record = (key: string, value: string): string => {
  const rest = ` ${key}=${value}\n`;
  const length = Buffer.byteLength(rest) + 2;
  return `${length + (length > 99 ? 1 : 0)}${rest}`;
};

const LONG = `${'folder/'.repeat(30)}file`;

describe('walkTar', () => {
  it('reads names of any length, links, and folders', async () => {
    const members = await walk(
      writeTar([
        { name: 'folder/', flag: '5' },
        { name: 'file', prefix: 'a/prefix', content: 'text' },
        { name: '././@LongLink', flag: 'L', content: `${LONG}\0` },
        { name: 'cut', content: 'gnu' },
        { name: 'PaxHeader', flag: 'x', content: record('mtime', '1') + record('path', LONG) },
        { name: 'cut', content: 'pax' },
        { name: 'pax_global_header', flag: 'g', content: record('comment', 'x') },
        { name: '././@LongLink', flag: 'K', content: `/${LONG}\0` },
        { name: 'link', flag: '2', linkName: 'cut' },
        { name: Buffer.from([0x66, 0xfc]).toString('latin1'), content: '' },
      ]),
    );
    expect(members).toEqual([
      { name: 'folder/', size: 0, type: 'directory', linkName: '' },
      { name: 'a/prefix/file', size: 4, type: 'file', linkName: '' },
      { name: LONG, size: 3, type: 'file', linkName: '' },
      { name: LONG, size: 3, type: 'file', linkName: '' },
      { name: 'link', size: 0, type: 'symbolic-link', linkName: `/${LONG}` },
      { name: 'fü', size: 0, type: 'file', linkName: '' },
    ]);
  });

  it('reads sizes in binary and of pax, and knows sparse files', async () => {
    const size = 9n * 1024n ** 3n;
    const read = async (tar: Buffer): Promise<TarMember | undefined> => {
      let found: TarMember | undefined;
      const reader = new ByteReader(inPieces(tar));
      const take = async (member: TarMember) => {
        found = member;
        throw new Error('enough');
      };
      await walkTar(reader, take).catch(() => {});
      return found;
    };
    expect((await read(tarHeader({ name: 'large', size })))?.size).toBe(Number(size));
    const pax = writeMember({ name: 'x', flag: 'x', content: record('size', String(size)) });
    expect((await read(Buffer.concat([pax, tarHeader({ name: 'large' })])))?.size).toBe(
      Number(size),
    );
    expect((await read(tarHeader({ name: 'holes', flag: 'S' })))?.type).toBe('sparse');
    const holes = writeMember({ name: 'x', flag: 'x', content: record('GNU.sparse.major', '1') });
    expect((await read(Buffer.concat([holes, tarHeader({ name: 'f' })])))?.type).toBe('sparse');
  });

  const extension = (content: string) =>
    writeTar([{ name: 'x', flag: 'x', content }, { name: 'f' }]);
  it('judges the padding of what fills it with zeros alone: pg_dump -Ft does', async () => {
    const tar = writeTar([
      { name: 'x', flag: 'x', content: record('path', LONG), padding: 0x51 },
      { name: 'cut', content: 'text', padding: 0x51 },
    ]);
    expect(await judge(tar)).toMatch(/^corrupt: the padding of x is not zeros/);
    expect(await verdictOf(walk(tar, { isPaddingFree: true }))).toBe('pass');

    const dump = readArchive('15-nothing.tar');
    const size = Number.parseInt(dump.toString('latin1', 124, 135), 8);
    expect(await judgeArchive(dump, true)).toBe('pass');
    dump.writeUInt8(0x51, 512 + size);
    expect(await judgeArchive(dump, true)).toBe('corrupt');
  });

  it.each<[string, Buffer, RegExp]>([
    ['a size that is none', writeTar([{ name: 'f', size: 2n ** 63n }]), /^corrupt: the size/],
    ['records that overlap', extension('9 path=a\n'.replace('9', '99')), /^corrupt: a pax header/],
    ['a record without length', extension('path=a\n'), /^corrupt: a pax header/],
    ['a record of no length', extension('0 path=a\n'), /^corrupt: a pax header/],
    ['a negative size', extension(record('size', '-1')), /^corrupt: the size/],
    ['a name of 2 MB', writeTar([{ name: 'L', flag: 'L', size: 2_000_000 }]), /^over-limit/],
    [
      'endless names',
      writeTar(Array.from({ length: 20 }, () => ({ name: 'L', flag: 'L', content: 'f\0' }))),
      /^over-limit/,
    ],
    ['a name for nothing', writeTar([{ name: 'L', flag: 'L', content: 'f\0' }]), /^corrupt/],
    ['no end', writeTar([{ name: 'f' }]).subarray(0, 512), /^truncated/],
    ['half an end', writeTar([{ name: 'f' }]).subarray(0, 1024), /^truncated/],
    ['junk behind the end', Buffer.concat([writeTar([]), Buffer.from('x')]), /^trailing-data/],
    ['a cut file', writeTar([{ name: 'f', size: 2 ** 31, content: 'x' }]), /^truncated/],
  ])('refuses %s', async (_, tar, words) => {
    expect(await judge(tar)).toMatch(words);
  });
});
