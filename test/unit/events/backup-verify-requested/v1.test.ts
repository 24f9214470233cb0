import { describe, expect, it } from 'vitest';
import { backupVerifyRequestSchema } from '../../../../events/backup-verify-requested/v1.ts';
import { readSample } from '../../../support/samples.ts';

const request = Object(readSample('backup-verify-requested/v1', 'unannounced').data);
const isTaken = (change: Record<string, unknown>): boolean =>
  backupVerifyRequestSchema.safeParse({ ...request, ...change }).success;

describe('backupVerifyRequestSchema', () => {
  it.each(['a b+c/Größe 測試.gz', '%20', 'k'.repeat(1_024)])('takes the key %j as it is', (key) => {
    expect(isTaken({ key })).toBe(true);
  });

  it.each([
    { key: '' },
    { key: 'k'.repeat(1_025) },
    { bucket: 'ab' },
    { bucket: undefined },
    { versionId: '' },
    { cause: 'because' },
  ])('refuses %j', (change) => {
    expect(isTaken(change)).toBe(false);
  });
});
