import type { EncodingLayer, StoredBackup } from '../../shared/plan/plan.ts';

/** How a file is encoded, in the order the layers were applied, as shared/backup-encoding opens them. */
export type Layers = readonly EncodingLayer[] | 'brotli' | 'unsupported';

const BY_SUFFIX: Readonly<Record<string, Layers>> = {
  '': [],
  '.gz': [{ name: 'gzip' }],
  '.zst': [{ name: 'zstd' }],
  '.lz4': [{ name: 'lz4' }],
  '.xz': [{ name: 'xz' }],
  '.bz2': [{ name: 'bzip2' }],
  '.br': 'brotli',
};

/** The plan's word counts for every file; without it a file's own suffix does. */
export const layersOf = (
  { encoding = [] }: Pick<StoredBackup, 'encoding'>,
  suffix: string,
): Layers => (encoding.length > 0 ? encoding : (BY_SUFFIX[suffix] ?? 'unsupported'));
