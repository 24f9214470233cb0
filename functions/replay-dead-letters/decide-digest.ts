import { createHash } from 'node:crypto';

/** SHA-256 of what was before and what comes now, 64 hex digits: whoever has the parts can make it again. */
export const chainDigest = (before: string, next: string): string =>
  createHash('sha256').update(`${before}\n${next}`).digest('hex');

/**
 * The digest of a whole run: of the chains of its writers, in the order of their names. Each chain runs over
 * the SHA-256 of every archive object of that writer, in the order of the objects' names.
 */
export const runDigest = (chains: readonly { shard: string; chain: string }[]): string =>
  `sha256:${chains
    .filter(({ chain }) => chain !== '')
    .toSorted((a, b) => (a.shard < b.shard ? -1 : 1))
    .reduce((digest, { shard, chain }) => chainDigest(digest, `${shard} ${chain}`), '')
    .padStart(64, '0')}`;
