import * as z from 'zod';
import { nearestName } from '../plan/nearest-name.ts';
import type { Plan, WebhookPolicy } from '../plan/plan.ts';
import { describeShape } from './describe-shape.ts';
import { UnprocessableMessageError } from './message-errors.ts';

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
 * The webhooks that a person asks a function about by `sls invoke`: nothing or `{}` for all of them,
 * `{"webhook": "ses-events"}` for one.
 *
 * @returns the plan's own list, the very array, where none is named.
 * @throws {UnprocessableMessageError} naming the wrong field, or the nearest webhook.
 */
export const askedWebhooks = (
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
