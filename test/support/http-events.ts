/** What a function URL hands to its function. */
export const functionUrlEvent = (method: string, body?: string, isBase64Encoded = false) => ({
  version: '2.0',
  routeKey: '$default',
  rawPath: '/',
  rawQueryString: '',
  headers: { 'content-type': 'text/plain; charset=UTF-8' },
  requestContext: { requestId: 'r', http: { method, path: '/', sourceIp: '203.0.113.7' } },
  ...(body === undefined ? {} : { body }),
  isBase64Encoded,
});
