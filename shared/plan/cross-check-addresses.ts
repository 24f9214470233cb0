import { error, type Finding } from './finding.ts';
import type { AlertChannel, Plan } from './plan.ts';

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]']);

type Address = { path: PropertyKey[]; url: string };

const channelAddress = (channel: AlertChannel): Address[] => {
  const path = ['alerts', 'channels', channel.name];
  switch (channel.kind) {
    case 'slack':
      return channel.webhook.from === 'literal'
        ? [{ path: [...path, 'webhook'], url: channel.webhook.value }]
        : [];
    case 'webhook':
      return channel.url.from === 'literal'
        ? [{ path: [...path, 'url'], url: channel.url.value }]
        : [];
    case 'pagerduty':
      return [{ path: [...path, 'url'], url: channel.url }];
    case 'email':
    case 'statuspage':
      return [];
  }
};

const isAllowed = (text: string, stage: string): boolean => {
  const url = URL.parse(text);
  if (url?.protocol === 'https:') return true;
  return stage === 'local' && url?.protocol === 'http:' && LOOPBACK.has(url.hostname);
};

/** Plain HTTP is for the cloud on this machine alone. The address is not repeated: it can be a secret. */
export const checkAddresses = ({ alerts, webhooks }: Plan, stage: string): Finding[] => {
  const addresses = [
    ...alerts.channels.flatMap(channelAddress),
    ...webhooks.flatMap(({ name, endpoint, deadLetters }): Address[] => [
      { path: ['webhooks', name, 'endpoint'], url: endpoint },
      ...(deadLetters === undefined
        ? []
        : [{ path: ['webhooks', name, 'dead-letters', 'queue'], url: deadLetters.queue }]),
    ]),
  ];
  const also =
    stage === 'local'
      ? ', or http on 127.0.0.1'
      : ' (http on 127.0.0.1 is for --stage local alone)';
  return addresses
    .filter(({ url }) => !isAllowed(url, stage))
    .map(({ path }) => error(path, `must be an https URL${also}`));
};
