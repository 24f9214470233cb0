import type { EncodingLayer } from '../plan/plan.ts';
import type { SecretReference } from '../plan/secret-reference.ts';
import type { ByteSource } from './byte-source.ts';

type LayerNamed<Name> = Extract<EncodingLayer, { name: Name }>;

/**
 * Opens a layer whose bytes begin as its program writes them.
 *
 * @throws {DamageError} `wrong-key` and what is wrong with the bytes, here or while they are read.
 */
export type Decrypter<Name extends EncodingLayer['name']> = (
  source: ByteSource,
  layer: LayerNamed<Name>,
  readSecret: (secret: SecretReference) => Promise<string>,
) => Promise<ByteSource>;

/** Programs that take a library: only a function that hands them in carries their weight. */
export type Decrypters = { age?: Decrypter<'age'>; gpg?: Decrypter<'gpg'> };
