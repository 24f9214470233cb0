import type * as z from 'zod';
import { describeShape } from './describe-shape.ts';
import { UnprocessableMessageError } from './message-errors.ts';

/**
 * Parses a message's body as JSON of a shape.
 *
 * @throws {UnprocessableMessageError} that names the first wrong field.
 */
export const parseMessage = <T>(body: string, schema: z.ZodType<T>): T => {
  let content: unknown;
  try {
    content = JSON.parse(body);
  } catch (error) {
    throw new UnprocessableMessageError('not-json', 'the body is not JSON', { cause: error });
  }
  const parsed = schema.safeParse(content);
  if (parsed.success) return parsed.data;
  throw new UnprocessableMessageError('invalid-shape', describeShape(parsed.error).slice(0, 500));
};
