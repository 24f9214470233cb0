import { readdirSync, readFileSync } from 'node:fs';
import { DamageError, NotJudgedError } from '../../shared/backup-encoding/damage-error.ts';
import { walkCustomDump } from '../../shared/postgres-archive/custom-dump.ts';
import { walkTarDump } from '../../shared/postgres-archive/tar-dump.ts';
import { inPieces } from './bytes.ts';

const folder = new URL('../fixtures/archive-dumps/', import.meta.url);

/** Made by the real pg_dump of 15, 16 and 17: test/fixtures/make-archive-dumps.sh. */
export const ARCHIVES: string[] = readdirSync(folder).sort();

export const readArchive = (name: string): Buffer => readFileSync(new URL(name, folder));

export const walkArchive = (bytes: Buffer, isTar: boolean, piece = 4_000) =>
  (isTar ? walkTarDump : walkCustomDump)(inPieces(bytes, piece));

/** `pass`, or the kind of damage or reason; anything else that is thrown is a crash and passes on. */
export const judgeArchive = async (
  bytes: Buffer,
  isTar: boolean,
  piece?: number,
): Promise<string> => {
  try {
    await walkArchive(bytes, isTar, piece);
    return 'pass';
  } catch (error) {
    if (error instanceof DamageError) return error.damage;
    if (error instanceof NotJudgedError) return error.reason;
    throw error;
  }
};
