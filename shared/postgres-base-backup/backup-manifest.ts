import { createHash } from 'node:crypto';
import type { ByteSource } from '../backup-encoding/byte-source.ts';
import { DamageError } from '../backup-encoding/damage-error.ts';
import { type BaseBackupLimits, type LimitName, overLimit } from './limits.ts';
import { type BackupManifest, ManifestLines } from './manifest-lines.ts';

export type { BackupManifest };

const NEWLINE = 0x0a;
const LAST_LINE = /^"Manifest-Checksum": "([0-9a-f]{64})"\}$/;
/** Longer than a line with a path of 4 KB in hexadecimal digits. */
const LINE_BYTES = 64 * 1024;

const checkLength = (bytes: number, limit: number, name: LimitName): void => {
  if (bytes > limit) throw overLimit(name, limit);
};

/** Whole lines with their newline; what follows the last newline comes last. */
async function* linesOf(source: ByteSource, limit: number): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  let bytes = 0;
  for await (const piece of source) {
    bytes += piece.length;
    checkLength(bytes, limit, 'manifestBytes');
    const joined = rest.length === 0 ? piece : Buffer.concat([rest, piece]);
    let start = 0;
    for (let end = joined.indexOf(NEWLINE); end !== -1; end = joined.indexOf(NEWLINE, start)) {
      yield joined.subarray(start, end + 1);
      start = end + 1;
    }
    rest = Buffer.from(joined.subarray(start));
    checkLength(rest.length, LINE_BYTES, 'manifestLine');
  }
  if (rest.length > 0) yield rest;
}

/**
 * Reads `backup_manifest` and verifies its own checksum, SHA-256 over all lines but the last. In memory:
 * one entry for each file, so that files, their names and bytes are limited.
 * Format: PostgreSQL backup_manifest.c, versions 1 (13 to 16) and 2 (17 and later).
 *
 * @throws {DamageError} `truncated`, `corrupt` or `trailing-data`.
 * @throws {NotJudgedError} another version; not laid out as PostgreSQL writes it; more than `limits` allow.
 */
export const readManifest = async (
  source: ByteSource,
  limits: BaseBackupLimits,
): Promise<BackupManifest> => {
  const hash = createHash('sha256');
  const lines = new ManifestLines(limits);
  let stored: string | undefined;
  for await (const line of linesOf(source, limits.manifestBytes)) {
    if (stored !== undefined) {
      throw new DamageError('trailing-data', 'something follows the last line of backup_manifest');
    }
    const text = line.toString('utf8').trimEnd();
    stored = LAST_LINE.exec(text)?.[1];
    if (stored !== undefined) continue;
    hash.update(line);
    lines.push(text);
  }
  if (stored === undefined) {
    throw new DamageError('truncated', 'backup_manifest ends without its checksum');
  }
  if (stored !== hash.digest('hex')) {
    throw new DamageError('corrupt', 'the checksum of backup_manifest does not agree');
  }
  return lines.end();
};
