import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { attributeText, decideFailure } from '../../../../shared/handler/dead-letters.ts';
import {
  RetryLaterError,
  UnprocessableMessageError,
} from '../../../../shared/handler/message-errors.ts';

describe('decideFailure', () => {
  const fault = new Error('S3 does not answer');

  it.each([
    [1, 30],
    [2, 60],
    [3, 120],
    [5, 480],
    [6, 900],
    [1_000, 900],
  ])(
    'has a message wait after receive %i for %i seconds, not for the whole time of its queue',
    (receives, afterSeconds) => {
      expect(decideFailure(fault, receives, 2_000)).toMatchObject({
        outcome: 'retry',
        afterSeconds,
      });
    },
  );

  it.each([
    [0, 0],
    [-1, 0],
    [2.1, 3],
    [100_000, 43_200],
  ])('waits as long as a fault asks for, within what a queue can: %d', (asked, afterSeconds) => {
    const failure = decideFailure(new RetryLaterError('later', asked), 3, 5);
    expect(failure).toMatchObject({ outcome: 'retry', afterSeconds });
  });

  it('ends a message at its last receive, and at once where no retry helps', () => {
    const dead = { outcome: 'dead', reason: 'retries-exhausted' };
    expect(decideFailure(fault, 5, 5)).toMatchObject(dead);
    const hopeless = new UnprocessableMessageError('not-json', 'the body is not JSON');
    expect(decideFailure(hopeless, 1, 5)).toMatchObject({ outcome: 'dead', reason: 'not-json' });
  });
});

describe('attributeText', () => {
  /** Source: SQS API, `SendMessage`: the characters of XML 1.0. */
  const isAllowed = (code: number): boolean =>
    code === 0x9 ||
    code === 0xa ||
    code === 0xd ||
    (code >= 0x20 && code <= 0xd7ff) ||
    (code >= 0xe000 && code <= 0xfffd) ||
    (code >= 0x10000 && code <= 0x10ffff);

  it('holds no character that SQS refuses, whatever a message says', () => {
    const any = fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code));
    const unit = fc.oneof(any, fc.constantFrom('\0', '\u{1f525}', '\ud83d', '\ufffe', 'a', '\n'));
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 1_200 }), (value) => {
        const text = attributeText(value);
        expect(text.length).toBeGreaterThan(0);
        expect(text.length).toBeLessThanOrEqual(1_000);
        for (const character of text) {
          expect(isAllowed(character.codePointAt(0) ?? -1)).toBe(true);
        }
      }),
    );
  });

  it('keeps every other character, and cuts no pair in two', () => {
    expect(attributeText('an ö, \u{1f525} and\ta tab\r\n')).toBe('an ö, \u{1f525} and\ta tab\r\n');
    expect(attributeText('NUL \0, half \ud83d')).toBe('NUL \ufffd, half \ufffd');
    expect(attributeText(`${'x'.repeat(999)}\u{1f525}`)).toBe(`${'x'.repeat(999)}\ufffd`);
    expect(attributeText('')).toBe('-');
  });
});
