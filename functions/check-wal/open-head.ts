import { constants, createBrotliDecompress, gunzipSync } from 'node:zlib';
import type { ByteSource } from '../../shared/backup-encoding/byte-source.ts';
import { DamageError, NotJudgedError } from '../../shared/backup-encoding/damage-error.ts';
import { GZIP_MAGIC } from '../../shared/backup-encoding/gunzip.ts';
import { openLayers } from '../../shared/backup-encoding/open-layers.ts';
import { pump } from '../../shared/backup-encoding/pump.ts';
import { PAGE_HEADER_BYTES } from '../../shared/postgres-wal/page-header.ts';
import type { SecretReader } from '../../shared/secrets/secret-reader.ts';
import type { Layers } from './segment-layers.ts';

/** What the beginning of a file holds under its layers. */
export type OpenedHead =
  | { is: 'open'; bytes: Buffer }
  /** A block of the compression is longer than what was read. */
  | { is: 'more-needed' }
  | { is: 'broken'; finding: string; detail: string }
  | { is: 'not-judged'; reason: string; detail: string };

type Input = {
  /** The first bytes of the file. */
  head: Buffer;
  /** Whether that is all of the file. */
  whole: boolean;
  layers: Layers;
  /** Who says that these are the layers. */
  saidBy: 'plan' | 'name';
  readSecret: SecretReader;
};

/** Deflate grows at most about a thousandfold: a megabyte comes out of so much at the most. */
const AT_ONCE_BYTES = 1024;

/**
 * Half of all headers come this way: without streams, so without a turn of the thread pool for each. Undefined
 * where so much does not hold one.
 */
const gunzipStart = (head: Buffer): Buffer | undefined => {
  try {
    const start = head.subarray(0, AT_ONCE_BYTES);
    const bytes = gunzipSync(start, { finishFlush: constants.Z_SYNC_FLUSH });
    return bytes.length < PAGE_HEADER_BYTES ? undefined : bytes;
  } catch {
    // The stream says what is wrong, and after how many bytes.
    return undefined;
  }
};

/** Brotli grows without a limit worth the name, so no more of it is made than is asked for. */
const unbrotli = (source: ByteSource): ByteSource =>
  pump(source, createBrotliDecompress(), (error) => error);

/** As many bytes as a header has, or all that came before the source ended or broke off. */
const firstOf = async (
  source: AsyncIterable<Buffer>,
): Promise<{ bytes: Buffer; error?: unknown }> => {
  const pieces: Buffer[] = [];
  let length = 0;
  try {
    for await (const piece of source) {
      pieces.push(Buffer.from(piece.subarray(0, PAGE_HEADER_BYTES)));
      length += piece.length;
      if (length >= PAGE_HEADER_BYTES) break;
    }
  } catch (error) {
    return { bytes: Buffer.concat(pieces), error };
  }
  return { bytes: Buffer.concat(pieces) };
};

const opened = async (input: Input): Promise<{ bytes: Buffer; error?: unknown }> => {
  const { head, whole, layers } = input;
  if (layers === 'unsupported') throw new NotJudgedError('encoding-not-supported', 'no such layer');
  if (layers.length === 0) return { bytes: head };
  const bytes = async function* (): AsyncGenerator<Buffer> {
    yield head;
  };
  if (layers === 'brotli') return firstOf(unbrotli(bytes()));
  const [only] = layers;
  if (layers.length === 1 && only?.name === 'gzip' && head.subarray(0, 3).equals(GZIP_MAGIC)) {
    const start = gunzipStart(head);
    if (start !== undefined) return { bytes: start };
  }
  const { readSecret } = input;
  const { source } = await openLayers({
    source: bytes(),
    encoding: layers,
    inside: 'wal',
    // Of a file that is no segment at all its end is what proves the key.
    ...(whole && layers.length === 1 && { tail: head.subarray(-32), size: head.length }),
    readSecret,
  });
  return firstOf(source);
};

const judge = (error: unknown, { whole, saidBy }: Input): OpenedHead => {
  if (error instanceof NotJudgedError) {
    return { is: 'not-judged', reason: error.reason, detail: error.message };
  }
  const isDamage = error instanceof DamageError;
  if (!isDamage && !(error instanceof Error && 'code' in error)) throw error;
  // A stream that was cut by us ends too early; one that breaks off by itself would too.
  if (!whole && (!isDamage || error.damage === 'truncated')) return { is: 'more-needed' };
  const finding = isDamage ? error.damage : 'corrupt';
  if (finding === 'encoding-mismatch' && saidBy === 'name') {
    return { is: 'broken', finding, detail: 'its bytes are not compressed the way its name says' };
  }
  return { is: 'broken', finding, detail: `it cannot be opened: ${error.message}` };
};

/**
 * Takes the layers off the beginning of a file, as far as a page header reaches. Errors of `readSecret`
 * pass through.
 */
export const openHead = async (input: Input): Promise<OpenedHead> => {
  try {
    const { bytes, error } = await opened(input);
    if (bytes.length >= PAGE_HEADER_BYTES) return { is: 'open', bytes };
    if (error !== undefined) return judge(error, input);
    return input.whole ? { is: 'open', bytes } : { is: 'more-needed' };
  } catch (error) {
    return judge(error, input);
  }
};
