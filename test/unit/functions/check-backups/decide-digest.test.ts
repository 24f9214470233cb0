import { describe, expect, it } from 'vitest';
import {
  decideDigest,
  type ObjectFacts,
} from '../../../../functions/check-backups/decide-digest.ts';

const facts = (changes: Partial<ObjectFacts> = {}): ObjectFacts => ({
  etag: 'aaaa',
  bytes: 10,
  checksums: {},
  ...changes,
});
const full = (value: string, name = 'CRC64NVME') => ({
  checksums: { [name]: value },
  checksumType: 'FULL_OBJECT',
});
const composite = (value: string) => ({
  checksums: { CRC32: value },
  checksumType: 'COMPOSITE',
});

describe('decideDigest', () => {
  it.each([
    ['the same ETag', facts(), facts(), 'same'],
    ['another size', facts(), facts({ bytes: 11 }), 'differs'],
    ['MD5s of two uploads in one part', facts(), facts({ etag: 'bbbb' }), 'differs'],
    ['an ETag of parts', facts(), facts({ etag: 'bbbb-2' }), 'not-comparable'],
    ['two ETags of parts', facts({ etag: 'aaaa-3' }), facts({ etag: 'bbbb-2' }), 'not-comparable'],
    [
      'an ETag under KMS, which is no MD5',
      facts(),
      facts({ etag: 'bbbb', encryption: 'aws:kms' }),
      'not-comparable',
    ],
    [
      'SSE-S3 on both sides',
      facts({ encryption: 'AES256' }),
      facts({ etag: 'bbbb', encryption: 'AES256' }),
      'differs',
    ],
    [
      'equal checksums of whole objects',
      facts({ etag: 'a-2', ...full('x') }),
      facts({ etag: 'b-3', ...full('x') }),
      'same',
    ],
    [
      'other checksums of whole objects',
      facts({ etag: 'a-2', ...full('x') }),
      facts({ etag: 'b-3', ...full('y') }),
      'differs',
    ],
    [
      'checksums of two algorithms',
      facts({ etag: 'a-2', ...full('x') }),
      facts({ etag: 'b-3', ...full('x', 'SHA256') }),
      'not-comparable',
    ],
    [
      'equal checksums of parts',
      facts({ etag: 'a-2', ...composite('x-2') }),
      facts({ etag: 'b-2', ...composite('x-2') }),
      'same',
    ],
    [
      'other checksums of parts, perhaps cut otherwise',
      facts({ etag: 'a-2', ...composite('x-2') }),
      facts({ etag: 'b-3', ...composite('y-3') }),
      'not-comparable',
    ],
    [
      'a checksum of parts beside one of the whole',
      facts({ etag: 'a-2', ...composite('x') }),
      facts({ etag: 'b', checksums: { CRC32: 'x' }, checksumType: 'FULL_OBJECT' }),
      'not-comparable',
    ],
    ['two missing ETags', facts({ etag: '' }), facts({ etag: '' }), 'differs'],
  ] as const)('%s: %#', (_, original, copy, verdict) => {
    expect(decideDigest(original, copy)).toBe(verdict);
    expect(decideDigest(copy, original)).toBe(verdict);
  });
});
