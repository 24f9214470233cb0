import { createHash } from 'node:crypto';
import type { ByteSource } from '../../shared/backup-encoding/byte-source.ts';
import { DamageError } from '../../shared/backup-encoding/damage-error.ts';
import type { Encoded } from '../../shared/backup-encoding/open-layers.ts';
import type { BackupFile } from '../../shared/backup-set/backup-set.ts';
import { openMember } from '../../shared/backup-set/open-member.ts';
import type { StoredBackup } from '../../shared/plan/plan.ts';
import { DECRYPTERS } from './decrypters.ts';
import type { Member } from './stored-folder.ts';
import type { Walk } from './walk-backup.ts';
import { walkSet } from './walk-set.ts';

/** A member's bytes as they are stored, and its end where an encrypting layer needs that beforehand. */
export type Stored = { source: ByteSource; tail?: Buffer };

export type FolderInput = {
  members: readonly Member[];
  backup: StoredBackup;
  read: (member: Member) => Promise<Stored>;
  readSecret: Encoded['readSecret'];
};

/** As `sha256sum *` prints them, in the order of the names: anybody can make the same sum again. */
const sumOf = (sums: ReadonlyMap<string, string>): string => {
  const hash = createHash('sha256');
  for (const name of [...sums.keys()].sort()) hash.update(`${sums.get(name)}  ${name}\n`);
  return hash.digest('hex');
};

/** Opens members, and adds up what passes. */
class FolderReading {
  bytes = 0;
  plainBytes = 0;
  readonly layers = new Set<string>();
  readonly sums = new Map<string, string>();
  readonly #input: FolderInput;
  readonly #members: ReadonlyMap<string, Member>;

  constructor(input: FolderInput) {
    this.#input = input;
    this.#members = new Map(input.members.map((member) => [member.storedAs, member]));
  }

  async *#hashed(name: string, source: ByteSource): AsyncGenerator<Buffer> {
    const hash = createHash('sha256');
    for await (const piece of source) {
      hash.update(piece);
      this.bytes += piece.length;
      yield piece;
    }
    this.sums.set(name, hash.digest('hex'));
  }

  async *open({ storedAs, size }: BackupFile): AsyncGenerator<Buffer> {
    const { backup, read, readSecret } = this.#input;
    const member = this.#members.get(storedAs);
    if (member === undefined) throw new Error(`${storedAs} is no member of the folder`);
    if (size === 0) {
      this.#addEmpty(storedAs);
      return;
    }
    const { source, tail } = await read(member);
    const hashed = this.#hashed(storedAs, source);
    const layers = { encoding: backup.encoding, decrypters: DECRYPTERS };
    const opened = await openMember(storedAs, hashed, { ...layers, size, tail, readSecret });
    for (const layer of opened.layers) this.layers.add(layer);
    try {
      for await (const piece of opened.source) {
        this.plainBytes += piece.length;
        yield piece;
      }
    } finally {
      opened.close();
    }
  }

  /** Every layer that a plan can name writes something even around nothing. */
  #addEmpty(storedAs: string): void {
    const [layer] = this.#input.backup.encoding ?? [];
    if (layer !== undefined) {
      throw new DamageError(
        'truncated',
        `${storedAs} has 0 bytes, and the plan says ${layer.name}`,
      );
    }
    this.sums.set(storedAs, createHash('sha256').digest('hex'));
  }
}

/**
 * Reads every file of a folder that is one backup, each to its last byte: hash, decryption, decompression,
 * and the format that the backup's kind promises. Several at once; memory grows with the number of files,
 * not with their size. `sha256` is the sum of what `sha256sum` prints of the files.
 *
 * @throws {DamageError} what is wrong with the bytes.
 * @throws {NotJudgedError} what this version cannot judge.
 * Errors of the source (S3, time) pass through.
 */
export const walkFolder = async (input: FolderInput): Promise<Walk> => {
  const reading = new FolderReading(input);
  const set = { files: input.members, open: (file: BackupFile) => reading.open(file) };
  const format = await walkSet(input.backup.kind, set);
  const { bytes, plainBytes, layers, sums } = reading;
  return { bytes, plainBytes, layers: [...layers], sha256: sumOf(sums), ...format };
};
