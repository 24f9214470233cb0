import { describe, expect, it } from 'vitest';
import { decryptersSource, usedDecrypters } from '../../../deploy/plan-decrypters.ts';
import { readPlan } from '../../support/plan-text.ts';

const planWith = (...encodings: string[]) =>
  readPlan(
    [
      'plan: coded',
      'backups:',
      ...encodings.map(
        (encoding, index) =>
          `  b${index}: { kind: pg-dump, location: "s3://bucket/b${index}/", encoding: ${encoding} }`,
      ),
    ].join('\n'),
  ).plan;
const AGE = '{ age: "${ssm:/age}" }';
const GPG = '{ gpg: "${ssm:/gpg}" }';

describe('usedDecrypters', () => {
  it.each([
    [['[gzip]', '[zstd, { openssl: aes-256-cbc, passphrase: "${ssm:/p}" }]'], []],
    [[`[gzip, ${AGE}]`, `[${AGE}]`], ['age']],
    [
      [`[gzip, ${GPG}]`, `[${AGE}]`],
      ['age', 'gpg'],
    ],
  ])('of backups with %j: %j', (encodings, used) => {
    expect(usedDecrypters(planWith(...encodings))).toEqual(used);
  });
});

describe('decryptersSource', () => {
  it('takes in what the plan names, and nothing else', () => {
    expect(decryptersSource(planWith('[gzip]'))).toBe('export const DECRYPTERS = {  };\n');
    expect(decryptersSource(planWith(`[${GPG}]`))).toBe(
      "import { decryptGpg } from '../shared/backup-encoding/gpg-decrypt.ts';\n" +
        'export const DECRYPTERS = { gpg: decryptGpg };\n',
    );
  });
});
