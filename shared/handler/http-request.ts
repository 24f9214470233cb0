import * as z from 'zod';

export type HttpRequest = {
  method: string;
  body: string;
  /** Of the body as it was sent. */
  bytes: number;
};

export type HttpAnswer = {
  statusCode: number;
  headers: Record<string, string>;
  body: string;
};

/** Source: AWS Lambda Developer Guide, "Request and response payloads" of function URLs (format 2.0). */
const eventSchema = z.looseObject({
  version: z.literal('2.0'),
  requestContext: z.looseObject({ http: z.looseObject({ method: z.string() }) }),
  body: z.string().optional(),
  isBase64Encoded: z.boolean().default(false),
});

/** The request behind an event of a function URL; undefined for every other event. */
export const readHttpRequest = (event: unknown): HttpRequest | undefined => {
  const parsed = eventSchema.safeParse(event);
  if (!parsed.success) return undefined;
  const { body = '', isBase64Encoded, requestContext } = parsed.data;
  const content = Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8');
  return {
    method: requestContext.http.method,
    body: content.toString('utf8'),
    bytes: content.length,
  };
};

/** An answer in JSON, which nobody is to keep. */
export const answerJson = (
  statusCode: number,
  content: Record<string, unknown>,
  headers: Record<string, string> = {},
): HttpAnswer => ({
  statusCode,
  headers: { 'content-type': 'application/json', 'cache-control': 'no-store', ...headers },
  body: JSON.stringify(content),
});
