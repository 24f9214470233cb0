import { describe, expect, it, vi } from 'vitest';
import { createHandler } from '../../../../shared/handler/create-handler.ts';
import { answerJson, readHttpRequest } from '../../../../shared/handler/http-request.ts';
import { functionUrlEvent } from '../../../support/http-events.ts';

describe('readHttpRequest', () => {
  it('reads text, and text in base64', () => {
    const request = { method: 'POST', body: 'é', bytes: 2 };
    expect(readHttpRequest(functionUrlEvent('POST', 'é'))).toEqual(request);
    const encoded = Buffer.from('é').toString('base64');
    expect(readHttpRequest(functionUrlEvent('POST', encoded, true))).toEqual(request);
  });

  it('reads a request without a body', () => {
    expect(readHttpRequest(functionUrlEvent('GET'))).toEqual({ method: 'GET', body: '', bytes: 0 });
  });

  it.each([
    [undefined],
    [{}],
    [{ version: '2.0' }],
    [{ webhook: 'ses-events' }],
    [{ Records: [] }],
  ])('sees none in %j', (event) => {
    expect(readHttpRequest(event)).toBeUndefined();
  });
});

describe('a handler with an address', () => {
  const fail = () => {
    throw new Error('the secret of the house');
  };
  it.each([
    ['its dependencies', fail, async () => answerJson(200, {})],
    ['its work', () => ({}), async () => fail()],
  ])('answers 503 where %s fail, and shows nothing of it', async (_, build, onRequest) => {
    vi.stubEnv('POWERTOOLS_LOG_LEVEL', 'SILENT');
    const handler = createHandler<object>({ build, onRequest });
    const context = { awsRequestId: 'r', getRemainingTimeInMillis: () => 1 };
    const answer = await handler(functionUrlEvent('POST', '{}'), Object(context));
    expect(answer).toMatchObject({ statusCode: 503, headers: { 'retry-after': '20' } });
    expect(JSON.stringify(answer)).not.toContain('secret');
    vi.unstubAllEnvs();
  });
});
