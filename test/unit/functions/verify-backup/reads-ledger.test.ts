import { expect, it } from 'vitest';
import { readId } from '../../../../functions/verify-backup/reads-ledger.ts';

it('a reading is known by its content, whether HEAD or a listing named it', () => {
  const content = { bucket: 'b', key: 'k', etag: '"1"' };
  expect(readId(content)).toBe(readId({ ...content, etag: '1' }));
  expect(readId(content)).not.toBe(readId({ ...content, etag: '2' }));
});
