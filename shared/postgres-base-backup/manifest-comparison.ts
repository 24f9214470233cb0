import type { BackupManifest } from './backup-manifest.ts';
import type { Algorithm } from './file-digest.ts';
import { ProblemList } from './problem-list.ts';

/** A file that was read, with what was computed over it. */
export type FileSeen = { size: number; digests: Partial<Record<Algorithm, string>> };

export type Differences = {
  /** Not there, or shorter than it was. */
  lost: ProblemList;
  /** Not the same, or not named by the manifest. */
  changed: ProblemList;
  /** Compared by their size alone, for want of the digest. */
  uncompared: ProblemList;
};

/**
 * What pg_verifybackup does not look at either: WAL is verified by itself, and pg_basebackup writes the
 * others after the server made the manifest. Source: pg_verifybackup.c.
 */
const IGNORED =
  /^(backup_manifest|pg_wal|postgresql\.auto\.conf|recovery\.signal|standby\.signal)(\/|$)/;

export const isIgnored = (path: string): boolean => IGNORED.test(path);

/** While nobody knows whether a manifest follows: the usual algorithm, and the usual other one. */
const BEFOREHAND: readonly Algorithm[] = ['CRC32C', 'SHA256'];

/** Holds the files that were read against the manifest, which may be known before them or after. */
export class ManifestComparison {
  #manifest: BackupManifest | undefined;
  /** Files that wait for a manifest. */
  readonly #waiting = new Map<string, FileSeen>();
  readonly #isExpected: boolean;
  readonly #differences: Differences = {
    lost: new ProblemList(),
    changed: new ProblemList(),
    uncompared: new ProblemList(),
  };

  /** @param isExpected whether a manifest may follow: if not, nothing is kept for it. */
  constructor(isExpected: boolean) {
    this.#isExpected = isExpected;
  }

  get manifest(): BackupManifest | undefined {
    return this.#manifest;
  }

  /** Compares what was read before, and all that is read from now on. */
  setManifest(manifest: BackupManifest): void {
    this.#manifest = manifest;
    for (const [path, seen] of this.#waiting) this.see(path, seen);
    this.#waiting.clear();
  }

  /** What to compute over a file. */
  algorithmsFor(path: string): readonly Algorithm[] {
    if (isIgnored(path)) return [];
    if (this.#manifest === undefined) return this.#isExpected ? BEFOREHAND : [];
    const { algorithm } = this.#manifest.files.get(path) ?? {};
    return algorithm === undefined ? [] : [algorithm];
  }

  see(path: string, seen: FileSeen): void {
    if (isIgnored(path)) return;
    if (this.#manifest === undefined) {
      if (this.#isExpected) this.#waiting.set(path, seen);
      return;
    }
    const expected = this.#manifest.files.get(path);
    const { lost, changed, uncompared } = this.#differences;
    if (expected === undefined) {
      changed.add(`${path} is not in the manifest, or there twice`);
      return;
    }
    this.#manifest.files.delete(path);
    const { algorithm, checksum, size } = expected;
    if (seen.size !== size) {
      const list = seen.size < size ? lost : changed;
      list.add(`${path} has ${seen.size} bytes, not ${size}`);
    } else if (algorithm !== undefined) {
      const digest = seen.digests[algorithm];
      if (digest === undefined) uncompared.add(`${path} (${algorithm})`);
      else if (digest !== checksum) changed.add(`${path} has another ${algorithm} checksum`);
    }
  }

  /** What the manifest names and nobody saw counts as lost. Call once, when all was read. */
  end(): Differences {
    for (const path of this.#manifest?.files.keys() ?? []) {
      if (!isIgnored(path)) this.#differences.lost.add(`${path} is missing`);
    }
    return this.#differences;
  }
}
