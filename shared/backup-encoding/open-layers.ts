import type { EncodingLayer } from '../plan/plan.ts';
import type { SecretReference } from '../plan/secret-reference.ts';
import { type ByteSource, endSource, peek } from './byte-source.ts';
import { DamageError, NotJudgedError } from './damage-error.ts';
import { decompress, isCompression } from './decompress.ts';
import type { Decrypters } from './decrypters.ts';
import { type ExpansionLimits, limitExpansion } from './limit-expansion.ts';
import { type Inside, looksInside, nameInside } from './looks-inside.ts';
import { openOpenssl } from './open-openssl.ts';

/** Bytes as they are stored, and what is known of the layers around what was backed up. */
export type Encoded = {
  source: ByteSource;
  /** In the order in which they were applied; absent: whatever the bytes say. */
  encoding?: readonly EncodingLayer[];
  /** What stands under all layers: it tells a right key from a wrong one. */
  inside: Inside;
  /** Of the stored object, where they are known before it is read. */
  size?: number;
  tail?: Buffer;
  /** What opens an encrypting layer. */
  readSecret: (secret: SecretReference) => Promise<string>;
  /** Without them age and gpg are `encoding-not-supported`. */
  decrypters?: Decrypters;
  limits?: ExpansionLimits;
};

/**
 * `layers` are outermost first, e.g. `openssl aes-256-cbc (evp-sha256)`, `gzip`. Whoever may leave the source
 * before its end, or never begins it, calls `close`: else what reads ahead of it, and the library of xz, wait
 * for ever.
 */
export type Opened = { source: ByteSource; layers: string[]; close: () => void };

const MAX_SNIFFED_LAYERS = 4;
const HEAD_BYTES = 64;

/** Passes a layer on, bounded, and remembers to end it. */
type Take = (plain: ByteSource) => ByteSource;
type Found = Omit<Opened, 'close'>;

/** What programs call what they write. */
const NAMES: Partial<Record<EncodingLayer['name'], string>> = { openssl: 'openssl enc' };

const checkHead = ({ name }: EncodingLayer, head: Buffer, isOutermost: boolean): void => {
  if (looksInside(name, head) !== 'no') return;
  if (head.length === 0 && !isOutermost) {
    throw new DamageError('empty', 'there is nothing inside');
  }
  const program = NAMES[name] ?? name;
  throw new DamageError(
    'encoding-mismatch',
    `the plan says ${program}, but the bytes do not begin like ${program}`,
  );
};

const openLayer = async (
  layer: EncodingLayer,
  { head, source }: { head: Buffer; source: ByteSource },
  input: Encoded & { isOutermost: boolean },
): Promise<{ name: string; source: ByteSource }> => {
  const { readSecret, decrypters } = input;
  if (layer.name === 'openssl') return openOpenssl(layer, { head, source }, input);
  if (layer.name === 'age' && decrypters?.age !== undefined) {
    return { name: 'age', source: await decrypters.age(source, layer, readSecret) };
  }
  if (layer.name === 'gpg' && decrypters?.gpg !== undefined) {
    return { name: 'gpg', source: await decrypters.gpg(source, layer, readSecret) };
  }
  if (isCompression(layer.name)) {
    return { name: layer.name, source: decompress(layer.name, source) };
  }
  throw new NotJudgedError('encoding-not-supported', `${layer.name} is not read by this version`);
};

const openDeclared = async (
  input: Encoded,
  layers: readonly EncodingLayer[],
  take: Take,
): Promise<Found> => {
  let { source } = input;
  const seen: string[] = [];
  const inwards = layers.toReversed();
  if (inwards.filter(({ name }) => name === 'xz').length > 1) throw twiceXz();
  for (const [index, layer] of inwards.entries()) {
    const peeked = await peek(source, HEAD_BYTES);
    const isOutermost = index === 0;
    checkHead(layer, peeked.head, isOutermost);
    const inside = inwards[index + 1]?.name ?? input.inside;
    const opened = await openLayer(layer, peeked, { ...input, inside, isOutermost });
    seen.push(opened.name);
    source = take(opened.source);
  }
  return { source, layers: seen };
};

/** The library opens one at a time, and the inner one would wait for the outer one for ever. */
export const twiceXz = (): NotJudgedError =>
  new NotJudgedError('encoding-not-supported', 'xz within xz is not read here');

const ENCRYPTED: readonly string[] = ['openssl', 'age', 'gpg'];

/** Where the plan names no encoding, the bytes do. */
const openSniffed = async ({ source }: Encoded, take: Take): Promise<Found> => {
  const layers: string[] = [];
  for (let depth = 0; depth < MAX_SNIFFED_LAYERS; depth += 1) {
    const peeked = await peek(source, HEAD_BYTES);
    source = peeked.source;
    const name = nameInside(peeked.head);
    if (name !== undefined && ENCRYPTED.includes(name)) {
      throw new NotJudgedError(
        'key-not-named',
        `it is encrypted by ${name === 'openssl' ? 'openssl enc' : name}, but the plan names no key for it`,
      );
    }
    if (name === undefined || !isCompression(name)) break;
    if (name === 'xz' && layers.includes('xz')) throw twiceXz();
    source = take(decompress(name, source));
    layers.push(name);
  }
  return { source, layers };
};

/**
 * Takes off every layer, the last applied first. What comes out is made while it is read, in constant
 * memory, and each layer's own checksum is verified on the way. What expands beyond `limits`, counted from
 * the stored bytes, is left unread.
 *
 * @throws {DamageError} what is wrong with a layer, here or while the source is read.
 * @throws {NotJudgedError} a layer that this version cannot open.
 */
export const openLayers = async (encoded: Encoded): Promise<Opened> => {
  const { stored, limit } = limitExpansion(encoded.source, encoded.limits);
  const begun: ByteSource[] = [stored];
  const take: Take = (plain) => {
    begun.push(plain);
    return limit(plain);
  };
  const close = (): void => begun.toReversed().forEach(endSource);
  const input = { ...encoded, source: stored };
  try {
    const found =
      encoded.encoding === undefined
        ? await openSniffed(input, take)
        : await openDeclared(input, encoded.encoding, take);
    return { ...found, close };
  } catch (error) {
    close();
    throw error;
  }
};
