import { type ByteSource, endSource, peek } from '../backup-encoding/byte-source.ts';
import { DamageError } from '../backup-encoding/damage-error.ts';
import { isCompression } from '../backup-encoding/decompress.ts';
import { type Inside, looksInside } from '../backup-encoding/looks-inside.ts';
import { type Encoded, type Opened, openLayers, twiceXz } from '../backup-encoding/open-layers.ts';
import { type Compression, readStoredName, type StoredName } from './stored-name.ts';

const HEAD_BYTES = 64;

/** Rows of a table may begin like anything: they are not searched for layers that no name tells of. */
const ROWS = /^(\d+|blob_\d+)\.dat$/;

/**
 * What `pg_basebackup -Ft` and `pg_dump -Fd` leave uncompressed, whatever they do to the files beside: the plan
 * that names a compression means those. `pg_wal.tar` is compressed by `-z` alone, not on the server, by lz4 or zstd.
 */
const LEFT_PLAIN = /^(backup_manifest|pg_wal\.tar|toc\.dat|blobs(_\d+)?\.toc)$/;

/** The compressions that come first in the plan, which such a file may lack, and the layers around them. */
const splitOptional = (
  { name, endings }: StoredName,
  encoding: Encoded['encoding'],
): { optional: Compression[]; around: Encoded['encoding'] } => {
  const isNamedSo = endings.some((ending) => ending !== 'encrypted');
  if (encoding === undefined || isNamedSo || !LEFT_PLAIN.test(name)) {
    return { optional: [], around: encoding };
  }
  const optional: Compression[] = [];
  for (const layer of encoding) {
    if (!isCompression(layer.name)) break;
    optional.push(layer.name);
  }
  return { optional, around: encoding.slice(optional.length) };
};

/**
 * Takes one compression off that the name of a file tells of.
 *
 * @param isOptional where the plan names the same one, which then was taken off before.
 */
const openEnding = async (
  { source, layers, close }: Opened,
  input: Encoded,
  { name, storedAs, isOptional }: { name: Compression; storedAs: string; isOptional: boolean },
): Promise<Opened> => {
  const peeked = await peek(source, HEAD_BYTES);
  const isThere = looksInside(name, peeked.head) === 'yes';
  if (!isThere && !isOptional) {
    throw new DamageError('corrupt', `${storedAs} does not begin like ${name}`);
  }
  if (!isThere) return { source: peeked.source, layers, close };
  if (name === 'xz' && layers.includes('xz')) throw twiceXz();
  const opened = await openLayers({ ...input, source: peeked.source, encoding: [{ name }] });
  const closeBoth = (): void => {
    opened.close();
    close();
  };
  return { source: opened.source, layers: [...layers, ...opened.layers], close: closeBoth };
};

/** What stands under the layers that the plan names. */
const insideOf = ({ name, endings }: StoredName, declared: readonly string[]): Inside => {
  const own = endings.findLast((ending) => ending !== 'encrypted' && !declared.includes(ending));
  if (own !== undefined && own !== 'encrypted') return own;
  return name === 'toc.dat' ? 'pg-dump' : 'anything';
};

/**
 * Takes every layer off one file of a backup: those that the plan names, which it names for every file
 * but those that programs leave uncompressed, and then the compressions that the file's own name ends with.
 *
 * @throws {DamageError} what is wrong with a layer, here or while the source is read.
 * @throws {NotJudgedError} a layer that this version cannot open.
 */
export const openMember = async (
  storedAs: string,
  source: ByteSource,
  input: Omit<Encoded, 'source' | 'inside'>,
): Promise<Opened> => {
  const stored = readStoredName(storedAs);
  const { name, endings } = stored;
  const declared: string[] = (input.encoding ?? []).map((layer) => layer.name);
  const { optional, around } = splitOptional(stored, input.encoding);
  const inside = optional.length > 0 ? 'anything' : insideOf(stored, declared);
  const whole: Encoded = { ...input, source, inside, encoding: around };
  const isSniffed = endings.includes('encrypted') || (endings.length === 0 && !ROWS.test(name));
  let opened: Opened = { source, layers: [], close: () => endSource(source) };
  if (input.encoding !== undefined || isSniffed) opened = await openLayers(whole);
  try {
    for (const name of optional.toReversed()) {
      opened = await openEnding(opened, whole, { name, storedAs, isOptional: true });
    }
    for (const ending of endings.toReversed()) {
      if (ending === 'encrypted') continue;
      const at = declared.indexOf(ending);
      if (at >= 0) declared.splice(at, 1);
      const isOptional = at >= 0 || opened.layers.includes(ending);
      opened = await openEnding(opened, whole, { name: ending, storedAs, isOptional });
    }
  } catch (error) {
    opened.close();
    throw error;
  }
  return opened;
};
