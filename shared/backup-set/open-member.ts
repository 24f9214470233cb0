import { type ByteSource, endSource, peek } from '../backup-encoding/byte-source.ts';
import { DamageError } from '../backup-encoding/damage-error.ts';
import { type Inside, looksInside } from '../backup-encoding/looks-inside.ts';
import { type Encoded, type Opened, openLayers, twiceXz } from '../backup-encoding/open-layers.ts';
import { type Compression, readStoredName, type StoredName } from './stored-name.ts';

const HEAD_BYTES = 64;

/** Rows of a table may begin like anything: they are not searched for layers that no name tells of. */
const ROWS = /^(\d+|blob_\d+)\.dat$/;

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
 * Takes every layer off one file of a backup: those that the plan names, which it names for every file,
 * and then the compressions that the file's own name ends with.
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
  const whole = { ...input, source, inside: insideOf(stored, declared) };
  const isSniffed = endings.includes('encrypted') || (endings.length === 0 && !ROWS.test(name));
  let opened: Opened = { source, layers: [], close: () => endSource(source) };
  if (input.encoding !== undefined || isSniffed) opened = await openLayers(whole);
  try {
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
