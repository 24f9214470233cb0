import { PENDING } from './look.ts';
import type { Listed } from './subscription-client.ts';

const LONGEST = 200;

/**
 * An endpoint that nobody planned, as a report may show it: a URL without what may be a secret in it
 * (user, password, query), a telephone number by its end alone. One that waits gets no message yet.
 */
export const showEndpoint = ({ arn, protocol, endpoint }: Listed): string => {
  const waits = arn === PENDING ? ' (not confirmed)' : '';
  if (protocol === 'sms') return `sms …${endpoint.slice(-4)}${waits}`;
  const url = protocol.startsWith('http') ? URL.parse(endpoint) : null;
  const shown = url === null ? endpoint : `${url.origin}${url.pathname}`;
  return `${`${protocol} ${shown}`.slice(0, LONGEST)}${waits}`;
};
