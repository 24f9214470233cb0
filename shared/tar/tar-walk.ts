import { DamageError } from '../backup-encoding/damage-error.ts';
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

const readEnd = async (reader: TarReader): Promise<void> => {
  reader.inside = 'the blocks that end the tar';
  const second = await reader.take(TAR_BLOCK);
  if (second.some((byte) => byte !== 0)) {
    throw new DamageError('corrupt', `a block of zeros stands before byte ${reader.position}`);
  }
  for (let extra = 0; !(await reader.atEnd()); extra += 1) {
    const [byte] = await reader.take(1);
    if (byte !== 0 || extra === RECORD_BYTES) {
      throw new DamageError(
        'trailing-data',
        `something follows the end of the tar, at ${reader.position}`,
      );
    }
  }
};

/**
 * Walks the members of a tar to its end and lets each be read. `read` must take exactly the member's
 * bytes, no more and no fewer.
 *
 * @throws {DamageError} `truncated`, `corrupt` or `trailing-data`.
 */
export const walkTar = async (
  reader: TarReader,
  read: (member: TarMember) => Promise<void>,
): Promise<void> => {
  for (;;) {
    reader.inside = 'the header of a member';
    const member = readTarHeader(await reader.take(TAR_BLOCK));
    if (member === undefined) return readEnd(reader);
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
    const padding = await reader.take((TAR_BLOCK - (member.size % TAR_BLOCK)) % TAR_BLOCK);
    if (padding.some((byte) => byte !== 0)) {
      throw new DamageError('corrupt', `the padding of ${member.name} is not zeros`);
    }
  }
};
