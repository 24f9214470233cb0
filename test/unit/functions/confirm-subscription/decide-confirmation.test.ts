import { describe, expect, it } from 'vitest';
import {
  decideConfirmation,
  endedArnOf,
  type Situation,
} from '../../../../functions/confirm-subscription/decide-confirmation.ts';
import { parseSnsBody } from '../../../../shared/sns-envelope/parse-body.ts';
import { confirmationFields } from '../../../support/sns-messages.ts';

const TOPIC = 'arn:aws:sns:us-east-1:123456789012:events';
const ARN = `${TOPIC}:c9135db0-26c4-47ec-8998-413945fb5a96`;
const OURS = 'https://ours.example.com/';
const QUEUE = 'arn:aws:sqs:us-east-1:123456789012:audit';
const FOREIGN = 'https://foreign.example.com/';
const DAY = 86_400;

const decide = (situation: Partial<Situation>) =>
  decideConfirmation({
    type: 'SubscriptionConfirmation',
    ageSeconds: 120,
    required: [OURS],
    allowed: [QUEUE],
    ...situation,
  });

describe('a SubscriptionConfirmation', () => {
  it.each([
    ['ours waits', [{ endpoint: OURS }], [OURS]],
    ['ours waits beside a foreign one', [{ endpoint: FOREIGN }, { endpoint: OURS }], [OURS]],
    ['an allowed one waits', [{ endpoint: OURS, arn: ARN }, { endpoint: QUEUE }], [QUEUE]],
    ['nobody may look', undefined, []],
  ])('is confirmed where %s', (_, listing, endpoints) => {
    expect(decide({ listing })).toEqual({ ruling: 'confirm', endpoints });
  });

  it('is done with where all are confirmed that must be, however old it is', () => {
    const done = { ruling: 'nothing-to-do', reason: 'already-confirmed' };
    const listing = [{ endpoint: OURS, arn: ARN }];
    expect(decide({ listing })).toEqual(done);
    expect(decide({ listing: [...listing, { endpoint: FOREIGN }] })).toEqual(done);
    expect(decide({ listing, ageSeconds: 9 * DAY })).toEqual(done);
  });

  it('waits a minute for its subscription to be listed, and no longer', () => {
    for (const listing of [[], [{ endpoint: FOREIGN }], [{ endpoint: OURS, arn: ARN }]]) {
      expect(decide({ listing, ageSeconds: 59 })).toMatchObject({ ruling: 'wait' });
    }
    const refused = { ruling: 'refuse', reason: 'nothing-pending' };
    expect(decide({ listing: [], ageSeconds: 60 })).toEqual(refused);
  });

  it('is not used for an endpoint that the plan does not name', () => {
    const refused = { ruling: 'refuse', reason: 'nothing-pending' };
    expect(decide({ listing: [{ endpoint: FOREIGN }] })).toEqual(refused);
    expect(decide({ listing: [{ endpoint: `${OURS}?` }] })).toEqual(refused);
  });

  it.each([[[{ endpoint: OURS }]], [[]], [undefined]])('comes too late with %j', (listing) => {
    const ageSeconds = 2 * DAY + 1;
    const late = { ruling: 'refuse', reason: 'token-expired' };
    expect(decide({ listing, ageSeconds })).toEqual(late);
    expect(decide({ listing, ageSeconds: 2 * DAY })).not.toEqual(late);
  });
});

describe('an UnsubscribeConfirmation', () => {
  const ended = (situation: Partial<Situation>) =>
    decide({ type: 'UnsubscribeConfirmation', endedArn: ARN, ...situation });

  it.each([
    ['ours is gone', [], [OURS]],
    ['ours is gone and others are there', [{ endpoint: QUEUE, arn: `${TOPIC}:1` }], [OURS]],
    ['ours was subscribed again already, and waits', [{ endpoint: OURS }], [OURS]],
    ['the list still shows it', [{ endpoint: OURS, arn: ARN }], [OURS]],
    ['the list still shows an allowed one', [{ endpoint: QUEUE, arn: ARN }], [QUEUE]],
    ['nobody may look', undefined, []],
  ])('is undone where %s, whatever its age', (_, listing, endpoints) => {
    for (const ageSeconds of [0, 3 * DAY]) {
      expect(ended({ listing, ageSeconds })).toEqual({ ruling: 'confirm', endpoints });
    }
  });

  it.each([
    ['a foreign one', [{ endpoint: FOREIGN, arn: ARN }]],
    ['one that is not listed, and ours is there', [{ endpoint: OURS, arn: `${TOPIC}:1` }]],
  ])('is left as it is for %s', (_, listing) => {
    const nothing = { ruling: 'nothing-to-do', reason: 'not-of-the-plan' };
    expect(ended({ listing })).toEqual(nothing);
  });
});

describe('endedArnOf', () => {
  const endedIn = (Message: string, Type = 'UnsubscribeConfirmation') => {
    const fields = confirmationFields({ Type, Message, TopicArn: TOPIC });
    const parsed = parseSnsBody(JSON.stringify(fields));
    if (parsed.kind !== 'envelope' || parsed.envelope.type === 'Notification') throw new Error();
    return endedArnOf(parsed.envelope);
  };

  it('finds the subscription in the signed text', () => {
    const text = `You have chosen to deactivate subscription ${ARN}.\nTo cancel`;
    expect(endedIn(text)).toBe(ARN);
    expect(endedIn(text, 'SubscriptionConfirmation')).toBeUndefined();
  });

  it.each([
    'You have chosen to deactivate a subscription.',
    `You have chosen to deactivate subscription ${TOPIC}:short.`,
    `You have chosen to deactivate subscription ${TOPIC}-2:c9135db0-26c4-47ec-8998-413945fb5a96.`,
  ])('finds none in %j', (text) => {
    expect(endedIn(text)).toBeUndefined();
  });
});
