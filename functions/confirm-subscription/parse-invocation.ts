import * as z from 'zod';
import { describeShape } from '../../shared/handler/describe-shape.ts';
import { UnprocessableMessageError } from '../../shared/handler/message-errors.ts';
import { nearestName } from '../../shared/plan/nearest-name.ts';
import type { Plan, WebhookPolicy } from '../../shared/plan/plan.ts';

const invocationSchema = z.strictObject({ webhook: z.string().min(1).max(100).optional() });

const byName = (webhooks: readonly WebhookPolicy[], name: string): WebhookPolicy => {
  const found = webhooks.find((webhook) => webhook.name === name);
  if (found !== undefined) return found;
  const names = webhooks.map((webhook) => webhook.name);
  const near = nearestName(name, names);
  const hint =
    near === undefined ? `it has ${names.join(', ') || 'none'}` : `did you mean ${near}?`;
  throw new UnprocessableMessageError(
    'unknown-webhook',
    `webhook: the plan has no webhook ${JSON.stringify(name)}; ${hint}`,
  );
};

/**
 * What `sls invoke` was given: nothing or `{}` for all webhooks, `{"webhook": "ses-events"}` for one.
 *
 * @throws {UnprocessableMessageError} naming the wrong field, or the nearest webhook.
 */
export const parseInvocation = (
  payload: unknown,
  { webhooks }: Pick<Plan, 'webhooks'>,
): readonly WebhookPolicy[] => {
  const parsed = invocationSchema.safeParse(payload === '' ? {} : (payload ?? {}));
  if (!parsed.success) {
    throw new UnprocessableMessageError('invalid-shape', describeShape(parsed.error));
  }
  const { webhook } = parsed.data;
  return webhook === undefined ? webhooks : [byName(webhooks, webhook)];
};
