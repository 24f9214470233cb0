import type { ByteSource } from './byte-source.ts';
import { readBzip2 } from './bzip2.ts';
import { gunzip } from './gunzip.ts';
import { readLz4 } from './lz4.ts';
import { readXz } from './xz.ts';
import { readZstd } from './zstd.ts';

/** Every compression that is read, by the name that the plan has for it. */
const READERS = { gzip: gunzip, zstd: readZstd, lz4: readLz4, bzip2: readBzip2, xz: readXz };

export type Compression = keyof typeof READERS;

export const isCompression = (name: string): name is Compression => Object.hasOwn(READERS, name);

/** Decompresses a layer, with everything verified that it carries for that. */
export const decompress = (name: Compression, source: ByteSource): AsyncGenerator<Buffer> =>
  READERS[name](source);
