import * as z from 'zod';
import { describeShape } from '../../shared/handler/describe-shape.ts';
import { UnprocessableMessageError } from '../../shared/handler/message-errors.ts';

const invocationSchema = z.strictObject({
  /** The one policy to check; all of them without it. */
  policy: z.string().optional(),
  /** List every name, whatever is remembered of them; headers that were read are not read again. */
  rescan: z.boolean().default(false),
  /** Walk through whole segments, record by record, as far as the time of one run reaches. */
  deep: z.boolean().default(false),
  /** Of the deep walk: `FIRST..LAST`, or one segment. */
  range: z
    .string()
    .regex(/^[0-9A-F]{24}(\.\.[0-9A-F]{24})?$/, 'must be a segment or FIRST..LAST')
    .transform((text) => {
      const [first = '', last = first] = text.split('..');
      return { first, last };
    })
    .optional(),
});

export type Invocation = z.infer<typeof invocationSchema>;

/**
 * What `sls invoke` was given: nothing, `{}`, `{"policy": "wal"}`, `{"rescan": true}`,
 * `{"policy": "wal", "deep": true, "range": "0000000100000000000000A7..0000000100000000000000AB"}`.
 *
 * @throws {UnprocessableMessageError} naming the wrong field, or the policies that there are.
 */
export const parseInvocation = (payload: unknown, policies: readonly string[]): Invocation => {
  const parsed = invocationSchema.safeParse(payload === '' ? {} : (payload ?? {}));
  if (!parsed.success) {
    throw new UnprocessableMessageError('invalid-shape', describeShape(parsed.error));
  }
  const { policy, deep, range } = parsed.data;
  if (range !== undefined && !deep) {
    throw new UnprocessableMessageError('invalid-shape', 'range: belongs to "deep": true');
  }
  if (policy !== undefined && !policies.includes(policy)) {
    throw new UnprocessableMessageError(
      'unknown-policy',
      `policy: the plan has no WAL archive ${JSON.stringify(policy)}; it has ${policies.join(', ') || 'none'}`,
    );
  }
  return parsed.data;
};
