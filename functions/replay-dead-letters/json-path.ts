import { compile, JSONPathError, type JSONValue } from 'json-p3';
import * as z from 'zod';
import { UnprocessableMessageError } from '../../shared/handler/message-errors.ts';
import type { Finds } from './create-filter.ts';

const jsonSchema: z.ZodType<JSONValue> = z.json();

/**
 * Whether a JSONPath (RFC 9535) finds anything in a document; what is no JSON holds nothing.
 *
 * @throws {UnprocessableMessageError} where it is no JSONPath, saying what is wrong with it.
 */
export const compileJsonPath = (path: string): Finds => {
  const query = compileOrTell(path);
  return (document) => {
    const parsed = jsonSchema.safeParse(document);
    return parsed.success && !query.query(parsed.data).empty();
  };
};

const compileOrTell = (path: string) => {
  try {
    return compile(path);
  } catch (error) {
    if (!(error instanceof JSONPathError)) throw error;
    throw new UnprocessableMessageError(
      'invalid-shape',
      `filter.where: ${error.message}; write a JSONPath such as $.bounce[?@.bounceType == 'Permanent']`,
      { cause: error },
    );
  }
};
