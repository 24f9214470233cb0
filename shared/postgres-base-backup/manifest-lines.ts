import * as z from 'zod';
import { DamageError, NotJudgedError } from '../backup-encoding/damage-error.ts';
import { parseLsn } from '../postgres-wal/lsn.ts';
import { decodeName } from '../tar/member-name.ts';
import { ALGORITHMS, type Algorithm } from './file-digest.ts';
import { type BaseBackupLimits, overLimit } from './limits.ts';

/** What a manifest says of one file. Without an algorithm the backup was made with NONE. */
export type ManifestFile = { size: number; algorithm?: Algorithm; checksum?: string };

/** WAL that must be there before the backup is consistent. */
export type WalRange = { timeline: number; start: bigint; end: bigint };

export type BackupManifest = {
  version: number;
  /** Since version 2. */
  systemIdentifier?: bigint;
  /** By path below the data directory. */
  files: Map<string, ManifestFile>;
  /** How many it names: whoever compares takes them out. */
  named: number;
  walRanges: WalRange[];
};

const hex = z.string().regex(/^([0-9a-f]{2})+$/i);
const fileSchema = z
  .object({
    Path: z.string().min(1).optional(),
    'Encoded-Path': hex.optional(),
    Size: z.int().nonnegative(),
    'Checksum-Algorithm': z.enum(ALGORITHMS).optional(),
    Checksum: hex.optional(),
  })
  .refine((file) => (file.Path === undefined) !== (file['Encoded-Path'] === undefined))
  .refine((file) => (file['Checksum-Algorithm'] === undefined) === (file.Checksum === undefined));

const lsn = z.string().transform((text, context) => {
  const value = parseLsn(text);
  if (value !== undefined) return value;
  context.addIssue({ code: 'custom', message: 'no LSN' });
  return z.NEVER;
});
const rangeSchema = z.object({
  Timeline: z.int().positive(),
  'Start-LSN': lsn,
  'End-LSN': lsn,
});

const VERSION = /^\{ "PostgreSQL-Backup-Manifest-Version": (\d{1,9}),$/;
const SYSTEM = /^"System-Identifier": (\d{1,20}),$/;

type ManifestLimits = Pick<BaseBackupLimits, 'files' | 'nameCharacters'>;

type Section = 'head' | 'files' | 'between' | 'ranges' | 'end';

const parseJson = (line: string): unknown => {
  try {
    return JSON.parse(line.endsWith(',') ? line.slice(0, -1) : line);
  } catch {
    return undefined;
  }
};

/** Reads the lines of a manifest. What is wrong with one is said at the end, when its checksum is known. */
export class ManifestLines {
  readonly #limits: ManifestLimits;
  #section: Section = 'head';
  #line = 0;
  #problem: Error | undefined;
  #version = 0;
  #systemIdentifier: bigint | undefined;
  readonly #files = new Map<string, ManifestFile>();
  #characters = 0;
  readonly #walRanges: WalRange[] = [];

  constructor(limits: ManifestLimits) {
    this.#limits = limits;
  }

  push(line: string): void {
    this.#line += 1;
    if (this.#problem === undefined && !this.#take(line)) {
      this.#problem ??= new NotJudgedError(
        'format-not-supported',
        `line ${this.#line} of backup_manifest is not as PostgreSQL writes it`,
      );
    }
  }

  /** @throws the first problem. */
  end(): BackupManifest {
    if (this.#problem !== undefined) throw this.#problem;
    if (this.#section !== 'end') {
      throw new NotJudgedError('format-not-supported', 'backup_manifest has not all its sections');
    }
    return {
      version: this.#version,
      ...(this.#systemIdentifier !== undefined && { systemIdentifier: this.#systemIdentifier }),
      files: this.#files,
      named: this.#files.size,
      walRanges: this.#walRanges,
    };
  }

  #take(line: string): boolean {
    switch (this.#section) {
      case 'head':
        return this.#takeHead(line);
      case 'files':
        return line === '],' ? this.#goTo('between') : this.#takeFile(line);
      case 'between':
        return line === '"WAL-Ranges": [' && this.#goTo('ranges');
      case 'ranges':
        return line === '],' ? this.#goTo('end') : this.#takeRange(line);
      case 'end':
        return false;
    }
  }

  #goTo(section: Section): true {
    this.#section = section;
    return true;
  }

  #takeHead(line: string): boolean {
    if (this.#line === 1) {
      this.#version = Number(VERSION.exec(line)?.[1]);
      return this.#version === 1 || this.#version === 2;
    }
    const system = SYSTEM.exec(line)?.[1];
    if (system !== undefined) this.#systemIdentifier = BigInt(system);
    else if (line === '"Files": [') this.#section = 'files';
    else return false;
    return true;
  }

  #takeFile(line: string): boolean {
    const parsed = fileSchema.safeParse(parseJson(line));
    if (!parsed.success) return false;
    const { data } = parsed;
    const path = data.Path ?? decodeName(Buffer.from(data['Encoded-Path'] ?? '', 'hex'));
    if (this.#files.has(path)) {
      this.#problem = new DamageError('corrupt', `backup_manifest names ${path} twice`);
    }
    const { files, nameCharacters } = this.#limits;
    this.#characters += path.length;
    if (this.#files.size === files) throw overLimit('files', files);
    if (this.#characters > nameCharacters) throw overLimit('nameCharacters', nameCharacters);
    this.#files.set(path, {
      size: data.Size,
      algorithm: data['Checksum-Algorithm'],
      checksum: data.Checksum?.toLowerCase(),
    });
    return true;
  }

  #takeRange(line: string): boolean {
    const parsed = rangeSchema.safeParse(parseJson(line));
    if (!parsed.success || this.#walRanges.length === 1000) return false;
    const { Timeline, 'Start-LSN': start, 'End-LSN': end } = parsed.data;
    this.#walRanges.push({ timeline: Timeline, start, end });
    return true;
  }
}
