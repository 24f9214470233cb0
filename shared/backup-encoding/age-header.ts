import { DamageError, NotJudgedError } from './damage-error.ts';
import type { PieceReader } from './piece-reader.ts';

/** Hundreds of recipients fit; a header without an end must not be kept. */
const MAX_HEADER_BYTES = 64 * 1024;
const VERSION_LINE = 'age-encryption.org/v1\n';
const MAC_LINE = /^--- [A-Za-z0-9+/]{43}$/;

export type AgeHeader = {
  bytes: Buffer;
  /** To what it is encrypted: `X25519`, `scrypt`, `ssh-ed25519` … in order. */
  recipients: string[];
};

const readLine = async (reader: PieceReader, room: number): Promise<string> => {
  const line = (await reader.line(room)).toString('latin1');
  if (line.endsWith('\n')) return line;
  throw line.length < room
    ? new DamageError('truncated', 'the age file ends inside its header')
    : new DamageError('corrupt', 'the header of the age file has no end');
};

/**
 * Reads the header of an age file, and nothing behind it.
 * Source: the age specification, age-encryption.org/v1, "Header".
 */
export const readAgeHeader = async (reader: PieceReader): Promise<AgeHeader> => {
  let text = await readLine(reader, VERSION_LINE.length);
  if (text !== VERSION_LINE) {
    throw new NotJudgedError('encoding-not-supported', 'it is of a version of age that is not v1');
  }
  const recipients: string[] = [];
  for (;;) {
    const line = await readLine(reader, MAX_HEADER_BYTES - text.length);
    text += line;
    const [, recipient] = /^-> ([\x21-\x7e]+)/.exec(line) ?? [];
    if (recipient !== undefined) recipients.push(recipient);
    if (line.startsWith('---')) break;
  }
  const last = text.slice(text.lastIndexOf('\n', text.length - 2) + 1, -1);
  if (!MAC_LINE.test(last)) {
    throw new DamageError('corrupt', 'the header of the age file ends in what is no end of one');
  }
  return { bytes: Buffer.from(text, 'latin1'), recipients };
};
