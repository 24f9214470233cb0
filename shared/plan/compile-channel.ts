import type { ChannelFile } from './alerts-schema.ts';
import type { AlertChannel } from './plan.ts';

const PAGERDUTY_EVENTS_V2 = 'https://events.pagerduty.com/v2/enqueue';

export const compileChannel = (name: string, channel: ChannelFile): AlertChannel => {
  if (Array.isArray(channel)) return { name, kind: 'email', via: 'sns', to: channel };
  if ('to' in channel)
    return { name, kind: 'email', via: 'ses', to: channel.to, from: channel.from };
  if ('webhook' in channel) return { name, kind: 'slack', webhook: channel.webhook };
  if ('routing-key' in channel) {
    const routingKey = channel['routing-key'];
    return { name, kind: 'pagerduty', routingKey, url: channel.url ?? PAGERDUTY_EVENTS_V2 };
  }
  if ('page' in channel) {
    return { name, kind: 'statuspage', page: channel.page, token: channel.token };
  }
  return { name, kind: 'webhook', url: channel.url, secret: channel.secret };
};
