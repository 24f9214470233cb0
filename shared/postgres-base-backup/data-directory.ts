import type { ByteSource } from '../backup-encoding/byte-source.ts';
import { createDigest } from './file-digest.ts';
import { type BaseBackupLimits, overLimit } from './limits.ts';
import { ManifestComparison } from './manifest-comparison.ts';
import { PageTally } from './page-tally.ts';
import { parseRelationFile, type RelationFile } from './relation-file.ts';
import { parseRelationMap, RELATION_MAP_BYTES } from './relation-map.ts';
import { RelationPages } from './relation-pages.ts';
import { segmentNameOf, WalInside } from './wal-inside.ts';

/** Takes a file's bytes while they are read; a piece may be used for something else afterwards. */
type FileSink = { push(piece: Buffer): void; end(): void };

/** Small files that are judged when all was seen; of longer ones the beginning. */
const KEPT: ReadonlyMap<string, number> = new Map([
  ['PG_VERSION', 64],
  ['backup_label', 64 * 1024],
  ['tablespace_map', 1024 * 1024],
  ['global/pg_control', 8192],
]);

const MAP =
  /^(global|base\/\d{1,10}|pg_tblspc\/\d{1,10}\/PG_[^/]{1,40}\/\d{1,10})\/pg_filenode\.map$/;
/** A cluster holds hundreds of databases and tablespaces at most. */
const MAX_LINKS = 10_000;
const MAX_DATABASES = 100_000;

class Kept implements FileSink {
  readonly #bytes: Buffer;
  readonly #done: (bytes: Buffer) => void;
  #filled = 0;

  constructor(size: number, done: (bytes: Buffer) => void) {
    this.#bytes = Buffer.alloc(size);
    this.#done = done;
  }

  push(piece: Buffer): void {
    this.#filled += piece.copy(this.#bytes, this.#filled);
  }

  end(): void {
    this.#done(this.#bytes.subarray(0, this.#filled));
  }
}

/**
 * What is seen of a data directory while its files are read, in any order, each once. Memory grows with
 * the number of files and the length of their names alone. Judges nothing but what no later file can put
 * right.
 */
export class DataDirectory {
  files = 0;
  bytes = 0;
  /** The path of the first file: pg_basebackup begins with `backup_label`, other programs anywhere. */
  firstFile: string | undefined;
  readonly pages = new PageTally();
  readonly kept = new Map<string, Buffer>();
  /** Numbers of the files that hold relations, by folder. */
  readonly relations = new Map<string, Set<number>>();
  /** `folder/number` of unlogged relations: PostgreSQL empties them after a restore. */
  readonly unlogged = new Set<string>();
  /** The files of catalogs that a folder must hold. */
  readonly mapped = new Map<string, number[]>();
  readonly wal = new WalInside();
  /** Symbolic links: where they lead, by path. */
  readonly links = new Map<string, string>();
  readonly comparison: ManifestComparison;
  readonly #limits: BaseBackupLimits;
  #nameCharacters = 0;

  /** @param isManifestExpected whether one may follow the files. */
  constructor(limits: BaseBackupLimits, isManifestExpected: boolean) {
    this.#limits = limits;
    this.comparison = new ManifestComparison(isManifestExpected);
  }

  /**
   * Counts what the name of a file or a link takes. Call before it is read, with the whole name: a path
   * that is a part of it holds all of it in memory.
   */
  countName(characters: number): void {
    this.#nameCharacters += characters;
    const { nameCharacters } = this.#limits;
    if (this.#nameCharacters > nameCharacters) throw overLimit('nameCharacters', nameCharacters);
  }

  link(path: string, target: string): void {
    if (this.links.size < MAX_LINKS) this.links.set(path, target);
  }

  /**
   * Reads a file. May leave the rest of WAL unread that is of no use.
   *
   * @param path below the data directory, without `..`.
   * @param source in pieces that are good until the next.
   */
  async read(path: string, size: number, source: ByteSource): Promise<void> {
    if (this.files === this.#limits.files) throw overLimit('files', this.#limits.files);
    this.firstFile ??= path;
    this.files += 1;
    this.bytes += size;
    const segment = segmentNameOf(path);
    if (segment !== undefined) return this.wal.read(segment, size, source);
    const sink = this.#open(path, size);
    for await (const piece of source) sink.push(piece);
    sink.end();
  }

  #open(path: string, size: number): FileSink {
    const sinks = [...this.#sinksFor(path, size), this.#compare(path, size)];
    return {
      push: (piece) => {
        for (const sink of sinks) sink.push(piece);
      },
      end: () => {
        for (const sink of sinks) sink.end();
      },
    };
  }

  #sinksFor(path: string, size: number): FileSink[] {
    const relation = parseRelationFile(path);
    if (relation !== undefined) {
      this.#note(relation);
      return relation.isIncremental ? [] : [new RelationPages(path, relation, this.pages)];
    }
    const limit = KEPT.get(path);
    if (limit !== undefined)
      return [new Kept(Math.min(size, limit), (bytes) => this.kept.set(path, bytes))];
    const folder = MAP.exec(path)?.[1];
    if (folder !== undefined) {
      if (this.mapped.size === MAX_DATABASES) throw overLimit('databases', MAX_DATABASES);
      const keep = (bytes: Buffer) => void this.mapped.set(folder, parseRelationMap(path, bytes));
      return [new Kept(Math.min(size, RELATION_MAP_BYTES), keep)];
    }
    return [];
  }

  #note({ folder, node, fork }: RelationFile): void {
    if (fork === 'init') this.unlogged.add(`${folder}/${node}`);
    if (fork !== 'main') return;
    const nodes = this.relations.get(folder) ?? new Set();
    nodes.add(node);
    this.relations.set(folder, nodes);
  }

  #compare(path: string, size: number): FileSink {
    const { comparison } = this;
    const digests = comparison
      .algorithmsFor(path)
      .map((algorithm) => [algorithm, createDigest(algorithm)] as const);
    return {
      push: (piece) => {
        for (const [, digest] of digests) digest.update(piece);
      },
      end: () => {
        const made = digests.map(([algorithm, digest]) => [algorithm, digest.end()]);
        comparison.see(path, { size, digests: Object.fromEntries(made) });
      },
    };
  }
}
