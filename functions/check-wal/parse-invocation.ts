import { z } from 'zod';
import { UnprocessableMessageError } from '../../shared/handler/message-errors.ts';

const invocationSchema = z.strictObject({
  /** The one policy to check; all of them without it. */
  policy: z.string().optional(),
  /** List every name, whatever is remembered of them; headers that were read are not read again. */
  rescan: z.boolean().default(false),
});

export type Invocation = z.infer<typeof invocationSchema>;

/**
 * What `sls invoke` was given: nothing, `{}`, `{"policy": "wal"}`, `{"rescan": true}`.
 *
 * @throws {UnprocessableMessageError} naming the wrong field, or the policies that there are.
 */
export const parseInvocation = (payload: unknown, policies: readonly string[]): Invocation => {
  const parsed = invocationSchema.safeParse(payload === '' ? {} : (payload ?? {}));
  if (!parsed.success) {
    throw new UnprocessableMessageError('invalid-shape', z.prettifyError(parsed.error));
  }
  const { policy } = parsed.data;
  if (policy !== undefined && !policies.includes(policy)) {
    throw new UnprocessableMessageError(
      'unknown-policy',
      `policy: the plan has no WAL archive ${JSON.stringify(policy)}; it has ${policies.join(', ') || 'none'}`,
    );
  }
  return parsed.data;
};
