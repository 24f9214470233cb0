import fc from 'fast-check';
import type { AlertDeliveryRequested } from '../../events/alert-delivery-requested/v1.ts';
import { makeRequest } from './alert-requests.ts';

/** Text as bad as it comes: markup, control characters, emoji, accents, and far too much of it. */
const nasty = (maxLength: number) =>
  fc.oneof(
    fc.string({ unit: 'grapheme', minLength: 1, maxLength }),
    fc.string({ unit: 'binary', minLength: 1, maxLength }),
    fc
      .array(
        fc.constantFrom(
          '<!channel>',
          '<!here>',
          '&',
          '<',
          '>',
          '&amp;',
          '🔥',
          'é',
          '\r\n',
          '|',
          '\ud83d',
          'a ',
        ),
        { minLength: 1, maxLength },
      )
      .map((pieces) => pieces.join('').slice(0, maxLength)),
  );

/** Commands that the contract allows, with the worst of texts. */
export const generatedRequests: fc.Arbitrary<AlertDeliveryRequested> = fc
  .record({
    action: fc.constantFrom('open', 'repeat', 'escalate', 'resolve'),
    severity: fc.constantFrom('critical', 'warning'),
    title: nasty(1_024),
    summary: nasty(1_024),
    recommendation: fc.oneof(fc.constant(''), nasty(6_000)),
    check: nasty(100),
    subject: fc.record({ kind: nasty(100), id: nasty(3_000), region: nasty(40) }),
    links: fc.array(
      fc.record({
        href: fc.webUrl({ validSchemes: ['https'], withQueryParameters: true }),
        text: nasty(2_000),
      }),
      { maxLength: 10 },
    ),
  })
  .map(makeRequest);
