import { describe, expect, it } from 'vitest';
import { fallbackKey, hashBody } from '../../../../shared/sns-envelope/body-key.ts';

describe('hashBody', () => {
  it('is SHA-256 of the UTF-8 bytes', () => {
    expect(hashBody('abc')).toMatch(
      /^ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad$/,
    );
    expect(hashBody('é')).toBe('4a99557e4033c3539de2eb65472017cad5f9557f7a0625a09f1c3f6e2ba69c4c');
  });
});

describe('fallbackKey', () => {
  const sha256 = hashBody('a body');
  const text = (StringValue: string) => ({ DataType: 'String', StringValue });

  it('is the hash of the body where there are no attributes', () => {
    expect(fallbackKey(sha256)).toBe(sha256);
    expect(fallbackKey(sha256, {})).toBe(sha256);
  });

  it('tells equal bodies with other attributes apart, whatever their order', () => {
    const one = fallbackKey(sha256, { a: text('1'), b: text('2') });
    expect(fallbackKey(sha256, { b: text('2'), a: text('1') })).toBe(one);
    const others = [
      fallbackKey(sha256),
      fallbackKey(sha256, { a: text('2'), b: text('1') }),
      fallbackKey(sha256, { a: text('1') }),
      fallbackKey(sha256, { a: { DataType: 'Number', StringValue: '1' }, b: text('2') }),
      fallbackKey(sha256, {
        a: { DataType: 'Binary', BinaryValue: Buffer.from('1') },
        b: text('2'),
      }),
      fallbackKey(hashBody('another'), { a: text('1'), b: text('2') }),
    ];
    expect(new Set([one, ...others]).size).toBe(7);
  });
});
