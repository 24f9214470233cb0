import type { ByteSource } from '../backup-encoding/byte-source.ts';
import { DamageError, NotJudgedError } from '../backup-encoding/damage-error.ts';

export type LargeObject = { oid: number; file: string };

const LINE = /^(\d{1,10}) (blob_(\d{1,10})\.dat)$/;
const LINE_BYTES = 100;

const parseLine = (line: string): LargeObject => {
  const [, oid, file, named] = LINE.exec(line) ?? [];
  if (oid === undefined || file === undefined || oid !== named) {
    const shown = JSON.stringify(line.slice(0, 60));
    throw new DamageError('corrupt', `the line ${shown} names no large object`);
  }
  return { oid: Number(oid), file };
};

/**
 * A line for each large object: its oid and its file. Source: _EndLO of pg_backup_directory.c.
 *
 * @throws {DamageError} `truncated` where there is no line, or the last one is not ended; `corrupt`.
 * @throws {NotJudgedError} `over-limit`.
 */
export const readLargeObjectList = async (
  source: ByteSource,
  limit: number,
): Promise<LargeObject[]> => {
  const objects: LargeObject[] = [];
  let rest = '';
  for await (const piece of source) {
    const lines = (rest + piece.toString('latin1')).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > LINE_BYTES) parseLine(rest);
    if (objects.length + lines.length > limit) {
      throw new NotJudgedError('over-limit', 'it has more large objects than are counted here');
    }
    for (const line of lines) objects.push(parseLine(line));
  }
  if (rest !== '') throw new DamageError('truncated', 'its last line is cut');
  if (objects.length === 0) throw new DamageError('truncated', 'it names no large object');
  return objects;
};
