import type { EncodingLayer } from '../plan/plan.ts';
import { type ByteSource, peek } from './byte-source.ts';
import { DamageError, NotJudgedError } from './damage-error.ts';
import { decompress, isCompression } from './decompress.ts';
import { findKey } from './find-key.ts';
import { type Inside, looksInside, nameInside } from './looks-inside.ts';
import { opensslDecrypt } from './openssl-decrypt.ts';
import { describeDerivation, SALTED } from './openssl-key.ts';

export type EncryptingLayer = Extract<EncodingLayer, { name: 'openssl' }>;

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
  /** The passphrase of an encrypting layer. */
  readSecret: (layer: EncryptingLayer) => Promise<string>;
};

/** `layers` are outermost first, e.g. `openssl aes-256-cbc (evp-sha256)`, `gzip`. */
export type Opened = { source: ByteSource; layers: string[] };

const MAX_SNIFFED_LAYERS = 4;
const HEAD_BYTES = 64;

const openDeclared = async (input: Encoded, layers: readonly EncodingLayer[]): Promise<Opened> => {
  let { source } = input;
  const seen: string[] = [];
  // The layer that was applied last is met first.
  for (let index = layers.length - 1; index >= 0; index -= 1) {
    const layer = layers[index];
    if (layer === undefined) continue;
    const peeked = await peek(source, HEAD_BYTES);
    if (isCompression(layer.name)) {
      if (looksInside(layer.name, peeked.head) === 'no') {
        throw new DamageError(
          'encoding-mismatch',
          `the plan says ${layer.name}, but the bytes do not begin like ${layer.name}`,
        );
      }
      source = decompress(layer.name, peeked.source);
      seen.push(layer.name);
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
        inside: layers[index - 1]?.name ?? input.inside,
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
const openSniffed = async ({ source }: Encoded): Promise<Opened> => {
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
    const name = nameInside(peeked.head);
    if (name === undefined || !isCompression(name)) break;
    source = decompress(name, source);
    layers.push(name);
  }
  return { source, layers };
};

/**
 * Takes off every layer, the last applied first. What comes out is made while it is read, in constant
 * memory, and each layer's own checksum is verified on the way.
 *
 * @throws {DamageError} what is wrong with a layer, here or while the source is read.
 * @throws {NotJudgedError} a layer that this version cannot open.
 */
export const openLayers = (encoded: Encoded): Promise<Opened> =>
  encoded.encoding === undefined ? openSniffed(encoded) : openDeclared(encoded, encoded.encoding);
