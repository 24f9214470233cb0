import { describe, expect, it } from 'vitest';
import { acceptRequest } from '../../../../functions/confirm-subscription/accept-request.ts';
import type { Verification } from '../../../../shared/sns-signature/signature-verifier.ts';
import { confirmationFields, notificationFields } from '../../../support/sns-messages.ts';

const NOW = '2026-01-31T03:00:00.000Z';
const BODY = JSON.stringify(confirmationFields());

const ask = async (
  { method = 'POST', body = BODY } = {},
  verification: Verification = { result: 'genuine' },
) => {
  const enqueued: string[] = [];
  let verified = 0;
  const services = {
    verify: async () => {
      verified += 1;
      return verification;
    },
    enqueue: async (text: string) => void enqueued.push(text),
    now: () => new Date(NOW),
  };
  const request = { method, body, bytes: Buffer.byteLength(body) };
  const { statusCode, body: content, headers } = await acceptRequest(services, request);
  return { statusCode, ...JSON.parse(content), headers, enqueued, verified };
};

describe('acceptRequest', () => {
  it('passes on what is genuine, byte for byte', async () => {
    const body = `${BODY} \n`;
    const answer = { statusCode: 202, result: 'accepted', enqueued: [body] };
    expect(await ask({ body })).toMatchObject(answer);
  });

  it('says what is wrong with a signature, and passes nothing on', async () => {
    const refused = { result: 'refused', reason: 'certificate-url-host', detail: 'why' } as const;
    expect(await ask({}, refused)).toMatchObject({ statusCode: 403, ...refused, enqueued: [] });
  });

  it('asks for another try where the certificate cannot be had', async () => {
    const unknown = { result: 'unknown', detail: 'no answer' } as const;
    expect(await ask({}, unknown)).toMatchObject({
      statusCode: 503,
      headers: { 'retry-after': '20' },
      enqueued: [],
    });
  });

  it.each([
    ['not-a-post', 405, { method: 'GET' }],
    ['not-a-post', 405, { method: 'PUT' }],
    ['too-large', 413, { body: 'x'.repeat(65_537) }],
    ['empty', 400, { body: '' }],
    ['not-json', 400, { body: 'x'.repeat(65_536) }],
    ['not-sns', 400, { body: '{}' }],
    ['missing-message-id', 400, { body: '{"Type":"SubscriptionConfirmation"}' }],
    [
      'too-old',
      410,
      { body: JSON.stringify(confirmationFields({ Timestamp: '2026-01-31T00:59:59.000Z' })) },
    ],
    ['not-a-confirmation', 400, { body: JSON.stringify(notificationFields()) }],
  ])('answers %s with %d, and verifies nothing', async (reason, statusCode, request) => {
    const answer = { statusCode, result: 'refused', reason, verified: 0, enqueued: [] };
    expect(await ask(request)).toMatchObject(answer);
  });
});
