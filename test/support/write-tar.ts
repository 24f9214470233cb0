/** One member of a written tar. A name beyond 100 characters must be given by a header before it. */
export type WrittenMember = {
  name: string;
  content?: Buffer | string;
  /** The type flag: `0` file, `5` directory, `2` symbolic link, `L` and `x` a longer name … */
  flag?: string;
  linkName?: string;
  prefix?: string;
  /** In place of the content's length, and whether in binary. */
  size?: number | bigint;
  /** What fills the last block behind the content; zeros where nothing is said. */
  padding?: number;
};

const octal = (value: number | bigint, digits: number): string =>
  `${value.toString(8).padStart(digits, '0')}\0`;

const sizeField = (size: number | bigint): Buffer => {
  if (size < 8n ** 11n) return Buffer.from(octal(size, 11));
  const field = Buffer.alloc(12);
  field.writeUInt8(0x80);
  field.writeBigUInt64BE(BigInt(size), 4);
  return field;
};

/** A header with its checksum, as POSIX has it. */
export const tarHeader = ({ name, content = '', flag = '0', ...rest }: WrittenMember): Buffer => {
  const header = Buffer.alloc(512);
  header.write(name, 0, 100);
  header.write('0000600\0', 100);
  header.write('0000000\0', 108);
  header.write('0000000\0', 116);
  sizeField(rest.size ?? Buffer.byteLength(content)).copy(header, 124);
  header.write(octal(0, 11), 136);
  header.write('        ', 148);
  header.write(flag, 156, 'latin1');
  header.write(rest.linkName ?? '', 157, 100);
  header.write('ustar\x0000', 257);
  header.write(rest.prefix ?? '', 345, 155);
  const sum = header.reduce((all, byte) => all + byte, 0);
  header.write(`${octal(sum, 6)} `, 148);
  return header;
};

const TAR_END = Buffer.alloc(1024);

export const writeMember = (member: WrittenMember): Buffer => {
  const content = Buffer.from(member.content ?? '');
  const padding = Buffer.alloc((512 - (content.length % 512)) % 512, member.padding ?? 0);
  return Buffer.concat([tarHeader(member), content, padding]);
};

export const writeTar = (members: readonly WrittenMember[]): Buffer =>
  Buffer.concat([...members.map(writeMember), TAR_END]);
