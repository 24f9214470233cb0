import { readdirSync, readFileSync } from 'node:fs';
import { DamageError } from '../../shared/backup-encoding/damage-error.ts';
import { type PlainDump, PlainDumpWalk } from '../../shared/postgres-archive/plain-dump.ts';

const FOLDER = new URL('../fixtures/plain-dumps/', import.meta.url);

/** Every dump that make-plain-dumps.sh made and psql restores. */
export const plainDumpNames = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.sql'))
  .sort();

export const plainDump = (name: string): Buffer => readFileSync(new URL(name, FOLDER));

/** Walks bytes that arrive in pieces which end at `cuts`. */
export const walkPlain = (bytes: Buffer, cuts: readonly number[] = []): PlainDump => {
  const walk = new PlainDumpWalk();
  let start = 0;
  for (const end of [...cuts, bytes.length]) {
    walk.push(bytes.subarray(start, end));
    start = end;
  }
  return walk.end();
};

/** `pass`, or the damage and its words. */
export const judgePlain = (bytes: Buffer, cuts?: readonly number[]): string => {
  try {
    walkPlain(bytes, cuts);
    return 'pass';
  } catch (error) {
    if (error instanceof DamageError) return `${error.damage}: ${error.message}`;
    throw error;
  }
};

/** Versions before 17.6, 16.10, 15.14, 14.19 and 13.22 wrote no token. */
export const withoutTokens = (bytes: Buffer): Buffer =>
  Buffer.from(bytes.toString('latin1').replaceAll(/^\\(un)?restrict .*\n\n?/gm, ''), 'latin1');
