import { describe, expect, it } from 'vitest';
import {
  decideOwnQueues,
  type OwnQueue,
} from '../../../../functions/check-dead-letters/decide-own-queues.ts';

const place = (service: string) => {
  const name = `lifeboat-prod-${service}-dead-letters`;
  return {
    name,
    url: `https://sqs.us-east-1.amazonaws.com/123456789012/${name}`,
    arn: `arn:aws:sqs:us-east-1:123456789012:${name}`,
  };
};
const holding = (service: string, depth: number): OwnQueue => ({ ...place(service), depth });
const hidden = (service: string): OwnQueue => ({
  ...place(service),
  failure: { reason: 'access-denied', message: 'no' },
});
const judge = (...queues: OwnQueue[]) => decideOwnQueues(queues, 'prod');

describe('decideOwnQueues', () => {
  it('passes where all are empty', () => {
    expect(judge(holding('verify-backup', 0), holding('route-alerts', 0))).toMatchObject({
      verdict: 'pass',
      reason: 'empty',
      action: '',
      observed: { 'lifeboat-prod-verify-backup-dead-letters': 0 },
    });
  });

  it('warns of what a function gave up on, and says how to give it back', () => {
    const said = judge(holding('verify-backup', 2), holding('route-alerts', 0));
    expect(said).toMatchObject({ verdict: 'fail', severity: 'warning', reason: 'set-aside' });
    expect(said.summary).toBe(
      'Lifeboat itself: a function gave up on what it was to process: 2 messages lie in lifeboat-prod-verify-backup-dead-letters',
    );
    expect(said.action).toContain(
      '--source-arn arn:aws:sqs:us-east-1:123456789012:lifeboat-prod-verify-backup-dead-letters --destination-arn arn:aws:sqs:us-east-1:123456789012:lifeboat-prod-verify-backup)',
    );
    expect(said.measurements).toEqual([{ name: 'own-dead-letters', value: 2, unit: 'messages' }]);
  });

  it.each(['route-alerts', 'deliver-on-call'])('is loud where an alert lies with %s', (service) => {
    const said = judge(holding('verify-backup', 9), holding(service, 1));
    expect(said).toMatchObject({
      verdict: 'fail',
      severity: 'critical',
      reason: 'alerts-undelivered',
    });
    expect(said.summary).toMatch(/^Lifeboat itself: alerts were not delivered: 1 message lies in /);
    expect(said.summary).toContain('; 9 messages lie in lifeboat-prod-verify-backup-dead-letters');
  });

  it('does not know of what it cannot read, which hides no sure fault', () => {
    expect(judge(holding('route-alerts', 0), hidden('verify-backup'))).toMatchObject({
      verdict: 'unknown',
      reason: 'access-denied',
      action: expect.stringContaining('read the attributes'),
    });
    const said = judge(hidden('route-alerts'), holding('verify-backup', 1));
    expect(said).toMatchObject({ verdict: 'fail', reason: 'set-aside' });
    expect(said.summary).toContain('lifeboat-prod-route-alerts-dead-letters was not read (no)');
  });

  it('fits into a report, however many there are', () => {
    const many = Array.from({ length: 60 }, (_, index) => holding(`deliver-channel-${index}`, 1));
    expect(judge(...many).summary.length).toBeLessThanOrEqual(1024);
  });
});
