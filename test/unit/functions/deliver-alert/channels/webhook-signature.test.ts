import fc from 'fast-check';
import { expect, it } from 'vitest';
import { signatureHeaders } from '../../../../../functions/deliver-alert/channels/webhook-signature.ts';
import { judgeWebhook } from '../../../../../local/alert-judges/webhook.ts';
import { makeRequest } from '../../../../support/alert-requests.ts';
import { generatedRequests } from '../../../../support/generated-requests.ts';

const NOW = new Date('2026-03-02T03:25:30.000Z');

const signed = (request = makeRequest(), secret = 'a secret') => {
  const text = JSON.stringify(request);
  return {
    path: '/webhook/',
    headers: {
      'idempotency-key': request.data.deliveryId,
      ...signatureHeaders(text, secret, NOW),
    },
    text,
  };
};

it('is what the receiver computes over time and body', () => {
  fc.assert(
    fc.property(generatedRequests, fc.string({ minLength: 1 }), (request, secret) => {
      expect(judgeWebhook(signed(request, secret), secret, NOW).status).toBe(204);
    }),
    { numRuns: 100 },
  );
});

it('is the documented one', () => {
  // printf '1772421930.{}' | openssl dgst -sha256 -hmac 'a secret'
  expect(signatureHeaders('{}', 'a secret', NOW)).toEqual({
    'lifeboat-timestamp': '1772421930',
    'lifeboat-signature': 'v1=dc813a23908b867f8c242ee91931100c1e80d3b6d3abc32c6433674b4e96defa',
  });
});

it('fails for another secret, another body, another time, and an old request', () => {
  const request = signed();
  expect(judgeWebhook(request, 'another secret', NOW).status).toBe(401);
  const changed = { ...request, text: request.text.replace('critical', 'warning ') };
  expect(judgeWebhook(changed, 'a secret', NOW).status).toBe(401);
  const headers = { ...request.headers, 'lifeboat-timestamp': '1772421931' };
  expect(judgeWebhook({ ...request, headers }, 'a secret', NOW).status).toBe(401);
  const later = new Date(NOW.getTime() + 301_000);
  expect(judgeWebhook(request, 'a secret', later).problem).toBe('the request is too old');
});
