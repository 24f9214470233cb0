import { describe, expect, it } from 'vitest';
import {
  decideEncryption,
  decideStorageClass,
} from '../../../../functions/check-backups/decide-encryption.ts';

describe('decideEncryption', () => {
  it.each([
    [true, 'AES256', 'pass', 'encrypted'],
    [true, 'aws:kms', 'pass', 'encrypted'],
    [true, undefined, 'fail', 'not-encrypted'],
    ['AES256', 'AES256', 'pass', 'encrypted'],
    ['AES256', 'aws:kms', 'fail', 'wrong-algorithm'],
    ['AES256', undefined, 'fail', 'not-encrypted'],
    ['aws:kms', 'aws:kms', 'pass', 'encrypted'],
    ['aws:kms', 'aws:kms:dsse', 'pass', 'encrypted'],
    ['aws:kms', 'AES256', 'fail', 'wrong-algorithm'],
  ] as const)('%s demanded, %s found: %s', (demanded, algorithm, verdict, reason) => {
    const uri = 's3://backups/a b.gz';
    const outcome = decideEncryption({ name: 'db', demanded, uri, algorithm, severity: 'warning' });
    expect(outcome).toMatchObject({
      verdict,
      reason,
      observed: { encryption: algorithm ?? 'none' },
    });
    if (verdict === 'fail') {
      expect(outcome).toMatchObject({ severity: 'warning', summary: expect.stringContaining(uri) });
    }
  });
});

describe('decideStorageClass', () => {
  it.each([
    ['STANDARD_IA', 'pass'],
    ['STANDARD', 'fail'],
  ])('of %s is %s where STANDARD_IA is planned', (storageClass, verdict) => {
    const outcome = decideStorageClass('db', 'STANDARD_IA', { uri: 's3://b/k', storageClass });
    expect(outcome.verdict).toBe(verdict);
    expect(outcome.summary).toContain(storageClass);
  });
});
