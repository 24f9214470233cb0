import type { WebhookPolicy } from '../../shared/plan/plan.ts';
import type { Drift } from './find-drift.ts';
import { wantedAttributes } from './find-drift.ts';

const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** The line that makes the subscription as the plan wants it. */
export const subscribeCommand = (webhook: WebhookPolicy): string => {
  const attributes = wantedAttributes(webhook);
  const protocol = webhook.endpoint.startsWith('https:') ? 'https' : 'http';
  return [
    `aws sns subscribe --topic-arn ${webhook.topic} --protocol ${protocol}`,
    `--notification-endpoint ${quote(webhook.endpoint)}`,
    ...(Object.keys(attributes).length === 0
      ? []
      : [`--attributes ${quote(JSON.stringify(attributes))}`]),
  ].join(' ');
};

/** The line that makes an attribute what the plan wants. */
export const mendCommand = (subscription: string, { attribute, wanted }: Drift): string =>
  `aws sns set-subscription-attributes --subscription-arn ${subscription} --attribute-name ${attribute} --attribute-value ${quote(wanted)}`;
