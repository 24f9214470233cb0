import * as z from 'zod';
import { describeShape } from '../../shared/handler/describe-shape.ts';
import { UnprocessableMessageError } from '../../shared/handler/message-errors.ts';

const invocationSchema = z.strictObject({
  /** The one webhook to check; all of them without it. */
  webhook: z.string().optional(),
});

export type Invocation = z.infer<typeof invocationSchema>;

/**
 * What `sls invoke` was given: nothing, `{}` or `{"webhook": "ses-events"}`.
 *
 * @throws {UnprocessableMessageError} naming the wrong field, or the webhooks that there are.
 */
export const parseInvocation = (payload: unknown, webhooks: readonly string[]): Invocation => {
  const parsed = invocationSchema.safeParse(payload === '' ? {} : (payload ?? {}));
  if (!parsed.success) {
    throw new UnprocessableMessageError('invalid-shape', describeShape(parsed.error));
  }
  const { webhook } = parsed.data;
  if (webhook !== undefined && !webhooks.includes(webhook)) {
    throw new UnprocessableMessageError(
      'unknown-webhook',
      `webhook: the plan has no ${JSON.stringify(webhook)}; it has ${webhooks.join(', ') || 'none'}`,
    );
  }
  return parsed.data;
};
