import { describe, expect, it } from 'vitest';
import { expandEnvironment } from '../../../../shared/plan/expand-environment.ts';

describe('expandEnvironment', () => {
  it('fills in every text at every depth, several in one text, and no key', () => {
    const content = { a: ['s3://${env:B}-${env:STAGE}/'], '${env:B}': { c: '${ssm:/x}', d: 1 } };
    expect(expandEnvironment(content, { B: 'backups', STAGE: 'prod' })).toEqual({
      content: { a: ['s3://backups-prod/'], '${env:B}': { c: '${ssm:/x}', d: 1 } },
      refusals: [],
    });
  });

  it('leaves the given content as it is', () => {
    const content = { a: '${env:A}' };
    expandEnvironment(content, { A: 'x' });
    expect(content).toEqual({ a: '${env:A}' });
  });

  it('names each variable that is not set, and where', () => {
    const { refusals } = expandEnvironment(
      { a: { b: '${env:NOPE}', c: '${env:EMPTY}' } },
      { EMPTY: '' },
    );
    expect(refusals).toEqual([
      { path: ['a', 'b'], message: '${env:NOPE}: the environment variable NOPE is not set' },
    ]);
  });

  it('does not repeat what cannot be the name of a variable', () => {
    const { refusals } = expandEnvironment('${env:hunter2 secret}', {});
    expect(refusals[0]?.message).toContain('letters, digits and underscores');
    expect(JSON.stringify(refusals)).not.toContain('hunter2');
  });

  it('fills nothing in twice', () => {
    expect(expandEnvironment('${env:A}', { A: '${env:B}', B: 'x' }).content).toBe('${env:B}');
  });

  it('refuses half of a character, in a text and in a key', () => {
    const { refusals } = expandEnvironment({ a: 'x\uD800', '\uDC00': 1 }, {});
    expect(refusals.map(({ message }) => message)).toEqual([
      'has half of a character in it (a lone surrogate)',
      'has half of a character in it (a lone surrogate)',
    ]);
  });

  it('refuses a value that contains itself', () => {
    const loop: unknown[] = [];
    loop.push(loop);
    expect(expandEnvironment(loop, {}).refusals[0]?.message).toContain('deeper than 32');
  });
});
