import { describe, expect, it } from 'vitest';
import { endReading } from '../../../../functions/verify-backup/end-reading.ts';

const failing = (error: Error) =>
  endReading({ size: 1, budgetMs: 1_000 }, () => Promise.reject(error));

describe('a reading that S3 refuses', () => {
  it('is archived where the object is, which no permission changes', async () => {
    const error = Object.assign(new Error('not valid for the access tier'), {
      name: 'InvalidObjectState',
      $metadata: { httpStatusCode: 403 },
    });
    expect(await failing(error)).toMatchObject({
      ended: 'not-seen',
      reason: 'archived',
      retry: false,
    });
  });

  it('is denied where a permission is missing', async () => {
    const error = Object.assign(new Error('no'), {
      name: 'AccessDenied',
      $metadata: { httpStatusCode: 403 },
    });
    expect(await failing(error)).toMatchObject({ reason: 'access-denied', retry: true });
  });
});
