import { expect, it } from 'vitest';
import { sortQueues } from '../../../local/discover.ts';

it('knows the queue of replay-dead-letters from the dead letters of a function', () => {
  const urls = ['route-alerts', 'replay-dead-letters'].flatMap((name) => [
    `http://l/0/lifeboat-local-${name}`,
    `http://l/0/lifeboat-local-${name}-dead-letters`,
  ]);
  const functions = { 'replay-dead-letters': 'r', 'route-alerts': 'a' };
  expect(sortQueues(urls, 'lifeboat-local-', functions)).toEqual({
    queues: {
      'replay-dead-letters': 'http://l/0/lifeboat-local-replay-dead-letters',
      'route-alerts': 'http://l/0/lifeboat-local-route-alerts',
    },
    deadLetterQueues: {
      'replay-dead-letters': 'http://l/0/lifeboat-local-replay-dead-letters-dead-letters',
      'route-alerts': 'http://l/0/lifeboat-local-route-alerts-dead-letters',
    },
  });
});
