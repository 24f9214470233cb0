import { DamageError, NotJudgedError } from '../backup-encoding/damage-error.ts';
import {
  applyExtension,
  type Extension,
  extensionOf,
  MAX_EXTENSION_BYTES,
} from './extended-header.ts';
import { readTarHeader, TAR_BLOCK, type TarMember } from './tar-header.ts';

/** What a walk needs of its reader; `take` and `skip` throw `truncated` at an early end. */
export type TarReader = {
  position: number;
  inside: string;
  take(count: number): Promise<Buffer>;
  skip(count: number): Promise<void>;
  atEnd(): Promise<boolean>;
};

/** Programs fill their last record of 20 blocks with zeros; pg_dump does not. */
const RECORD_BYTES = 20 * TAR_BLOCK;

const readEnd = async (reader: TarReader, recordBytes: number): Promise<void> => {
  reader.inside = 'the blocks that end the tar';
  const second = await reader.take(TAR_BLOCK);
  if (second.some((byte) => byte !== 0)) {
    throw new DamageError('corrupt', `a block of zeros stands before byte ${reader.position}`);
  }
  for (let extra = 0; !(await reader.atEnd()); extra += 1) {
    const [byte] = await reader.take(1);
    if (byte !== 0 || extra === recordBytes) {
      throw new DamageError(
        'trailing-data',
        `something follows the end of the tar, at ${reader.position}`,
      );
    }
  }
};

/** What the program that wrote a tar is known to do. */
export type TarRules = {
  /** Of zeros that may follow the two blocks that end a tar. */
  recordBytes?: number;
  /** Whether anything may fill the block behind a member's end, which no program unpacks. */
  isPaddingFree?: boolean;
};

const readPadding = async (
  reader: TarReader,
  { name, size }: TarMember,
  { isPaddingFree = false }: TarRules,
): Promise<void> => {
  const padding = await reader.take((TAR_BLOCK - (size % TAR_BLOCK)) % TAR_BLOCK);
  if (!isPaddingFree && padding.some((byte) => byte !== 0)) {
    throw new DamageError('corrupt', `the padding of ${name} is not zeros`);
  }
};

/** The next member; undefined at the end. */
const readMemberHeader = async (
  reader: TarReader,
  rules: TarRules,
): Promise<TarMember | undefined> => {
  let said: Extension = {};
  let extensions = 0;
  for (;;) {
    reader.inside = 'the header of a member';
    const header = readTarHeader(await reader.take(TAR_BLOCK));
    if (header === undefined) {
      if (extensions === 0) return undefined;
      throw new DamageError('corrupt', 'the tar ends behind a name that belongs to no member');
    }
    const readExtension = extensionOf(header);
    if (readExtension === undefined) return applyExtension(header, said);
    extensions += 1;
    if (header.size > MAX_EXTENSION_BYTES || extensions > 8) {
      throw new NotJudgedError(
        'over-limit',
        'a member of the tar has too many or too long headers',
      );
    }
    said = { ...said, ...readExtension(await reader.take(header.size)) };
    await readPadding(reader, header, rules);
  }
};

/**
 * Walks the members of a tar to its end and lets each be read: ustar, GNU and pax, names of any length.
 * `read` must take exactly the member's bytes, no more and no fewer.
 *
 * @throws {DamageError} `truncated`, `corrupt` or `trailing-data`.
 */
export const walkTar = async (
  reader: TarReader,
  read: (member: TarMember) => Promise<void>,
  rules: TarRules = {},
): Promise<void> => {
  for (;;) {
    const member = await readMemberHeader(reader, rules);
    if (member === undefined) return readEnd(reader, rules.recordBytes ?? RECORD_BYTES);
    const start = reader.position;
    reader.inside = member.name;
    await read(member);
    if (reader.position !== start + member.size) {
      throw new DamageError(
        'corrupt',
        `${member.name} is said to have ${member.size} bytes, but its content has ${reader.position - start}`,
      );
    }
    reader.inside = member.name;
    await readPadding(reader, member, rules);
  }
};
