import type { BackupFile } from './backup-set.ts';

/** What programs put at the end of a file's name when they compress it. */
const COMPRESSIONS = {
  gz: 'gzip',
  zst: 'zstd',
  lz4: 'lz4',
  xz: 'xz',
  bz2: 'bzip2',
} as const;
export type Compression = (typeof COMPRESSIONS)[keyof typeof COMPRESSIONS];

/** And when they encrypt it: which program did, only the plan can say. */
const ENCRYPTED = /^(enc|aes|openssl|gpg|pgp|age)$/;

export type StoredName = Pick<BackupFile, 'name' | 'storedAs'> & {
  /** In the order in which they were applied, as far as the name tells. */
  endings: (Compression | 'encrypted')[];
};

const endingOf = (word: string): Compression | 'encrypted' | undefined => {
  if (ENCRYPTED.test(word)) return 'encrypted';
  return Object.entries(COMPRESSIONS).find(([ending]) => ending === word)?.[1];
};

/** Takes the endings of layers off a file's name. `storedAs` holds no slash. */
export const readStoredName = (storedAs: string): StoredName => {
  const endings: StoredName['endings'] = [];
  let name = storedAs;
  for (;;) {
    const dot = name.lastIndexOf('.');
    const ending = dot > 0 ? endingOf(name.slice(dot + 1)) : undefined;
    if (ending === undefined) return { name, storedAs, endings };
    endings.unshift(ending);
    name = name.slice(0, dot);
  }
};
