import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pagerdutyEvents } from '../../../../../functions/deliver-alert/channels/pagerduty-event.ts';
import { judgePagerDuty } from '../../../../../local/alert-judges/pagerduty.ts';
import { makeRequest } from '../../../../support/alert-requests.ts';
import { generatedRequests } from '../../../../support/generated-requests.ts';

const KEY = '0123456789abcdef0123456789abcdef';

describe('pagerdutyEvents', () => {
  it('is accepted by PagerDuty, whatever is in it', () => {
    fc.assert(
      fc.property(generatedRequests, (request) => {
        for (const event of pagerdutyEvents(request, KEY)) {
          const text = JSON.stringify(event);
          expect(text).not.toMatch(/\\ud[89a-f]/);
          expect(judgePagerDuty({ path: '', headers: {}, text }).problem).toBeUndefined();
        }
      }),
      { numRuns: 300 },
    );
  });

  it.each(['open', 'repeat', 'escalate'] as const)(
    'triggers for %s under the key of the command',
    (action) => {
      const [event, ...more] = pagerdutyEvents(makeRequest({ action }), KEY);
      expect(more).toEqual([]);
      expect(event).toMatchObject({
        routing_key: KEY,
        event_action: 'trigger',
        dedup_key: makeRequest().data.dedupKey,
        payload: {
          severity: 'critical',
          component: 'backup/wal',
          class: 'wal-freshness',
          group: 'mailblast',
          timestamp: '2026-03-02T03:25:00.000Z',
        },
      });
    },
  );

  it('resolves every key that was triggered, each once', () => {
    const request = makeRequest({ action: 'resolve', dedupKey: 'b', closes: ['a', 'b'] });
    expect(pagerdutyEvents(request, KEY)).toEqual([
      { routing_key: KEY, event_action: 'resolve', dedup_key: 'a' },
      { routing_key: KEY, event_action: 'resolve', dedup_key: 'b' },
    ]);
  });

  it('resolves the key of the command where none is listed', () => {
    const request = makeRequest({ action: 'resolve', dedupKey: 'b', closes: [] });
    expect(pagerdutyEvents(request, KEY).map(({ dedup_key }) => dedup_key)).toEqual(['b']);
  });
});
