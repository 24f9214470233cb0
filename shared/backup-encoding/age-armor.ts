import type { ByteSource } from './byte-source.ts';
import { DamageError } from './damage-error.ts';

export const AGE_ARMOR_BEGIN = '-----BEGIN AGE ENCRYPTED FILE-----';
const END = '-----END AGE ENCRYPTED FILE-----';
/** Of every line but the last. Source: the age specification, "ASCII armor", which is strict PEM. */
const LINE_LENGTH = 64;
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;
/** Longer than any line, with what may stand around it. */
const MAX_LINE = 200;

const corrupt = (detail: string): DamageError =>
  new DamageError('corrupt', `its armor is corrupt: ${detail}`);

/** Lines without their ends; one that has none comes alone, and may be cut. */
async function* linesOf(source: ByteSource): AsyncGenerator<{ lines: string[]; isCut: boolean }> {
  let rest = '';
  for await (const piece of source) {
    const lines = (rest + piece.toString('latin1')).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > MAX_LINE) throw corrupt('a line has no end');
    yield { lines: lines.map((line) => line.trimEnd()), isCut: false };
  }
  if (rest !== '') yield { lines: [rest.trimEnd()], isCut: true };
}

const decodeLine = (line: string): Buffer => {
  const bytes =
    BASE64.test(line) && line.length % 4 === 0 ? Buffer.from(line, 'base64') : undefined;
  if (bytes?.toString('base64') === line) return bytes;
  throw corrupt('a line is not base64');
};

/**
 * What stands in the armor of an age file.
 *
 * @throws {DamageError} `truncated`, `corrupt` or `trailing-data`.
 */
export async function* readAgeArmor(source: ByteSource): AsyncGenerator<Buffer> {
  let state: 'before' | 'inside' | 'last line' | 'after' = 'before';
  for await (const { lines, isCut } of linesOf(source)) {
    const decoded: Buffer[] = [];
    for (const line of lines) {
      if (state === 'before') {
        if (line !== AGE_ARMOR_BEGIN) throw corrupt('its first line is another');
        state = 'inside';
      } else if (state === 'after') {
        if (line !== '')
          throw new DamageError('trailing-data', 'more follows the end of its armor');
      } else if (line === END) state = 'after';
      else if (isCut) break;
      else if (state === 'last line' || line.length > LINE_LENGTH) {
        throw corrupt(`a line has not ${LINE_LENGTH} characters`);
      } else {
        decoded.push(decodeLine(line));
        if (line.length < LINE_LENGTH) state = 'last line';
      }
    }
    if (decoded.length > 0) yield Buffer.concat(decoded);
  }
  if (state !== 'after') throw new DamageError('truncated', 'its armor has no end');
}
