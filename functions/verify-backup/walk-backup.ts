import { createHash } from 'node:crypto';
import { type ByteSource, peek } from '../../shared/backup-encoding/byte-source.ts';
import { DamageError, NotJudgedError } from '../../shared/backup-encoding/damage-error.ts';
import { findKey } from '../../shared/backup-encoding/find-key.ts';
import { GZIP_MAGIC, gunzip } from '../../shared/backup-encoding/gunzip.ts';
import { opensslDecrypt } from '../../shared/backup-encoding/openssl-decrypt.ts';
import { describeDerivation, SALTED } from '../../shared/backup-encoding/openssl-key.ts';
import { releasePiece } from '../../shared/backup-encoding/release-piece.ts';
import type { EncodingLayer, StoredBackup } from '../../shared/plan/plan.ts';
import { walkCustomDump } from '../../shared/postgres-archive/custom-dump.ts';
import type { DumpContents } from '../../shared/postgres-archive/dump-contents.ts';
import { type PlainDump, PlainDumpWalk } from '../../shared/postgres-archive/plain-dump.ts';
import { walkTarDump } from '../../shared/postgres-archive/tar-dump.ts';

/** What was seen of a backup that was read to its end. */
export type Walk = {
  bytes: number;
  sha256: string;
  plainBytes: number;
  /** Outermost first, e.g. `openssl aes-256-cbc (evp-sha256)`, `gzip`. */
  layers: string[];
  format: 'pg-dump plain' | 'pg-dumpall plain' | 'pg-dump custom' | 'pg-dump tar' | 'bytes';
  serverVersion?: string;
  dumpVersion?: string;
  /** Of a dump whose tables can be told apart without running it. */
  contents?: DumpContents;
};

export type WalkInput = {
  source: ByteSource;
  /** The object's name: it may say that it is a dump. */
  name: string;
  size: number;
  backup: StoredBackup;
  /** The last bytes of the object, read beforehand: they tell a wrong key before everything is read. */
  tail: Buffer;
  /** The passphrase of an encrypting layer. */
  readSecret: (layer: Extract<EncodingLayer, { name: 'openssl' }>) => Promise<string>;
};

type Peeled = { source: ByteSource; layers: string[] };

const MAX_SNIFFED_LAYERS = 4;
const HEAD_BYTES = 64;

/** What the plan says stands under a layer: it tells a right key from a wrong one. */
const innerKind = (backup: StoredBackup, inner: EncodingLayer | undefined) => {
  if (inner !== undefined) return inner.name;
  return backup.kind === 'pg-dump' ? 'pg-dump' : 'anything';
};

const peelDeclared = async (
  input: WalkInput,
  layers: readonly EncodingLayer[],
): Promise<Peeled> => {
  let { source } = input;
  const seen: string[] = [];
  // The layer that was applied last is met first.
  for (let index = layers.length - 1; index >= 0; index -= 1) {
    const layer = layers[index];
    if (layer === undefined) continue;
    const peeked = await peek(source, HEAD_BYTES);
    if (layer.name === 'gzip') {
      if (!peeked.head.subarray(0, 3).equals(GZIP_MAGIC)) {
        throw new DamageError(
          'encoding-mismatch',
          'the plan says gzip, but the bytes do not begin like gzip',
        );
      }
      source = gunzip(peeked.source);
      seen.push('gzip');
    } else if (layer.name === 'openssl') {
      if (!peeked.head.subarray(0, SALTED.length).equals(SALTED)) {
        throw new DamageError(
          'encoding-mismatch',
          'the plan says openssl enc, but the bytes do not begin with "Salted__": they are not encrypted by it',
        );
      }
      const key = findKey({
        cipher: layer.cipher,
        passphrase: await input.readSecret(layer),
        iterations: layer.iterations,
        head: peeked.head,
        // Only the outermost layer's end is known before it is read.
        tail: seen.length === 0 ? input.tail : undefined,
        size: seen.length === 0 ? input.size : undefined,
        inside: innerKind(input.backup, layers[index - 1]),
      });
      source = opensslDecrypt(peeked.source, layer.cipher, key);
      seen.push(`openssl ${layer.cipher} (${describeDerivation(key.derivation)})`);
    } else {
      throw new NotJudgedError(
        'encoding-not-supported',
        `${layer.name} is not read by this version`,
      );
    }
  }
  return { source, layers: seen };
};

/** Where the plan names no encoding, the bytes do. */
const peelSniffed = async ({ source }: WalkInput): Promise<Peeled> => {
  const layers: string[] = [];
  for (let depth = 0; depth < MAX_SNIFFED_LAYERS; depth += 1) {
    const peeked = await peek(source, HEAD_BYTES);
    source = peeked.source;
    if (peeked.head.subarray(0, SALTED.length).equals(SALTED)) {
      throw new NotJudgedError(
        'key-not-named',
        'it is encrypted by openssl enc, but the plan names no passphrase for it',
      );
    }
    if (!peeked.head.subarray(0, 3).equals(GZIP_MAGIC)) break;
    source = gunzip(source);
    layers.push('gzip');
  }
  return { source, layers };
};

const FORMATS: [magic: string, name: string][] = [
  ['(\xb5/\xfd', 'zstd'],
  ['BZh', 'bzip2'],
  ['\xfd7zXZ', 'xz'],
  ['\x04"M\x18', 'lz4'],
];

const namedFormat = (head: Buffer): string | undefined =>
  FORMATS.find(([magic]) => head.toString('latin1').startsWith(magic))?.[1];

const SQL_NAME = /\.sql(\.(gz|enc|aes|openssl|bz2|xz|zst|lz4))*$/i;

/** What does not begin like a dump is broken where its name says that it is one, and else unknown. */
const endDump = (dump: PlainDumpWalk, name: string): PlainDump => {
  try {
    return dump.end();
  } catch (error) {
    const isForeign = error instanceof DamageError && error.damage === 'not-a-dump';
    if (!isForeign || SQL_NAME.test(name)) throw error;
    throw new NotJudgedError('format-not-recognised', 'it begins like no format of pg_dump');
  }
};

const ARCHIVES: [magic: string, walk: typeof walkCustomDump, format: Walk['format']][] = [
  ['PGDMP', walkCustomDump, 'pg-dump custom'],
  ['toc.dat\0', walkTarDump, 'pg-dump tar'],
];

type Format = Pick<Walk, 'format' | 'serverVersion' | 'dumpVersion' | 'contents'>;

/** Walks what is inside all layers, to its end. */
const walkFormat = async (
  backup: StoredBackup,
  head: Buffer,
  plain: ByteSource,
  name: string,
): Promise<Format> => {
  const isDump = backup.kind === 'pg-dump';
  const start = head.toString('latin1');
  const archive = ARCHIVES.find(([magic]) => isDump && start.startsWith(magic));
  if (archive !== undefined) {
    const [, walkArchive, format] = archive;
    const contents = await walkArchive(plain);
    const { serverVersion, dumpVersion } = contents;
    return { format, serverVersion, dumpVersion, contents };
  }
  const other = namedFormat(head);
  if (backup.kind === 'base-backup' || (isDump && other !== undefined)) {
    throw new NotJudgedError(
      'format-not-supported',
      `${other ?? 'a base backup'} is not judged by this version`,
    );
  }
  const dump = isDump ? new PlainDumpWalk() : undefined;
  for await (const piece of plain) {
    dump?.push(piece);
    releasePiece(piece);
  }
  if (dump === undefined) return { format: 'bytes' };
  const { kind, ...versions } = endDump(dump, name);
  return { format: kind === 'cluster' ? 'pg-dumpall plain' : 'pg-dump plain', ...versions };
};

/**
 * Reads a backup to its last byte: hash, decryption, decompression, and the format that its kind
 * promises. Constant memory.
 *
 * @throws {DamageError} what is wrong with the bytes.
 * @throws {NotJudgedError} what this version cannot judge.
 * Errors of the source (S3, time) pass through.
 */
export const walkBackup = async (input: WalkInput): Promise<Walk> => {
  const { backup } = input;
  const hash = createHash('sha256');
  let bytes = 0;
  const hashed = async function* (): AsyncGenerator<Buffer> {
    for await (const piece of input.source) {
      hash.update(piece);
      bytes += piece.length;
      yield piece;
    }
  };
  const outer = { ...input, source: hashed() };
  const { source, layers } =
    backup.encoding === undefined
      ? await peelSniffed(outer)
      : await peelDeclared(outer, backup.encoding);
  const { head, source: plain } = await peek(source, HEAD_BYTES);
  if (head.length === 0) throw new DamageError('empty', 'there is nothing inside');
  let plainBytes = 0;
  const counted = async function* (): AsyncGenerator<Buffer> {
    for await (const piece of plain) {
      plainBytes += piece.length;
      yield piece;
    }
  };
  const format = await walkFormat(backup, head, counted(), input.name);
  return { bytes, sha256: hash.digest('hex'), plainBytes, layers, ...format };
};
