import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  describeSecret,
  parseSecretReference,
  secretSchema,
} from '../../../../shared/plan/secret-reference.ts';

describe('parseSecretReference', () => {
  it.each([
    ['${ssm:/mailblast/backup-key}', { from: 'ssm', name: '/mailblast/backup-key' }],
    ['${secret:prod/backup@1}', { from: 'secretsmanager', name: 'prod/backup@1' }],
    ['hunter2', { from: 'literal', value: 'hunter2' }],
    ['$ecret}', { from: 'literal', value: '$ecret}' }],
  ])('reads %s', (text, reference) => {
    expect(parseSecretReference(text)).toEqual(reference);
  });

  it.each([
    '${ssm:}',
    '${ssm:/a b}',
    '${vault:/a}',
    '${ssm:/a',
    'x${ssm:/a}',
    '${ssm:/a}${ssm:/b}',
    '${}',
  ])('refuses %s, which nearly is a reference', (text) => {
    expect(parseSecretReference(text)).toBeUndefined();
  });
});

describe('describeSecret', () => {
  it('names the place, never the value', () => {
    expect(describeSecret({ from: 'ssm', name: '/a' })).toBe('ssm:/a');
    expect(describeSecret({ from: 'literal', value: 'hunter2' })).not.toContain('hunter2');
  });
});

describe('secretSchema', () => {
  it('never has the value in its error', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Z0-9]{12}$/), (secret) => {
        const { error } = secretSchema.safeParse(`\${ssm:${secret}`);
        expect(error?.message).toContain('${ssm:/path}');
        expect(JSON.stringify(error)).not.toContain(secret);
      }),
    );
  });
});
