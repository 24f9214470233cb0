import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  filterMeaning,
  filterMeaningOfText,
} from '../../../../functions/check-subscriptions/filter-meaning.ts';
import {
  findDrift,
  wantedAttributes,
} from '../../../../functions/check-subscriptions/find-drift.ts';
import { readPlan } from '../../../support/plan-text.ts';

const ARN = 'arn:aws:sqs:us-east-1:123456789012:dlq';
const wanted = (fields: string) => {
  const text = `plan: test\nwebhooks: { w: { topic: "arn:aws:sns:us-east-1:123456789012:t", endpoint: "https://a.example/", ${fields} } }`;
  const [webhook] = readPlan(text).plan.webhooks;
  if (webhook === undefined) throw new Error('no webhook');
  return webhook;
};
const LETTERS = 'dead-letters: { queue: "https://sqs.us-east-1.amazonaws.com/123456789012/dlq" }';
const redrive = (arn: string) => ({ RedrivePolicy: `{"deadLetterTargetArn" : "${arn}"}` });
const drifted = (fields: string, attributes: Record<string, string>) =>
  findDrift(wanted(fields), attributes).map(({ attribute, says }) => `${attribute}: ${says}`);

describe('the redrive policy', () => {
  it.each([
    [{}, 'has no redrive policy: what cannot be delivered is lost'],
    [{ RedrivePolicy: '' }, 'has no redrive policy: what cannot be delivered is lost'],
    [redrive(`${ARN}-old`), `has the redrive policy ${ARN}-old`],
    [{ RedrivePolicy: '{"deadLetterTargetArn":' }, 'has the redrive policy unreadable'],
  ])('%j drifted', (attributes, says) => {
    expect(drifted(LETTERS, attributes)).toEqual([`RedrivePolicy: ${says}`]);
  });

  it('names the queue of the plan, or any where the plan names none', () => {
    expect(drifted(LETTERS, redrive(ARN))).toEqual([]);
    expect(drifted('heal: true', redrive(ARN))).toEqual([]);
  });
});

describe('raw delivery', () => {
  it.each([
    [
      'raw-delivery: true',
      { RawMessageDelivery: 'false' },
      ['RawMessageDelivery: has raw delivery off'],
    ],
    ['raw-delivery: true', {}, ['RawMessageDelivery: has raw delivery off']],
    ['raw-delivery: true', { RawMessageDelivery: 'true' }, []],
    [
      'raw-delivery: false',
      { RawMessageDelivery: 'true' },
      ['RawMessageDelivery: has raw delivery on'],
    ],
  ])('%s with %j', (fields, attributes, says) => {
    expect(drifted(fields, attributes)).toEqual(says);
  });
});

describe('the filter policy', () => {
  const filter = (policy: string, more = '') => `filter-policy: ${policy}${more}`;

  it.each([
    ['{ a: [x, y], b: [1] }', '{ "b": [1.0], "a": ["y", "x", "y"] }'],
    ['{ a: [{ anything-but: x }] }', '{"a":[{"anything-but":["x"]}]}'],
    ['{ a: [{ anything-but: [x, y] }] }', '{"a":[{"anything-but":["y","x"]}]}'],
    ['{ $or: [{ a: [x] }, { b: [y, z] }] }', '{"$or":[{"b":["z","y"]},{"a":["x"]}]}'],
  ])('%s means the same as %s', (policy, text) => {
    expect(drifted(filter(policy), { FilterPolicy: text })).toEqual([]);
  });

  it.each([
    ['{ a: [x] }', '{"a":["x","y"]}', 'has another filter policy'],
    ['{ a: [x] }', '{"a":["X"]}', 'has another filter policy'],
    ['{ a: [1] }', '{"a":["1"]}', 'has another filter policy'],
    [
      '{ a: [{ numeric: [">", 1, "<", 5] }] }',
      '{"a":[{"numeric":["<",5,">",1]}]}',
      'has another filter policy',
    ],
    [
      '{ a: [{ anything-but: { prefix: x } }] }',
      '{"a":[{"anything-but":["x"]}]}',
      'has another filter policy',
    ],
    ['{ a: [x] }', '', 'has no filter policy'],
    ['{ a: [x] }', '{}', 'has no filter policy'],
    ['{ a: [x] }', '{"a":', 'has another filter policy'],
    ['{ a: [x] }', '["a"]', 'has another filter policy'],
  ])('%s is not %s', (policy, text, says) => {
    expect(drifted(filter(policy), { FilterPolicy: text })).toEqual([`FilterPolicy: ${says}`]);
  });

  it('is none where the plan has none', () => {
    expect(drifted('heal: true', { FilterPolicy: '{}', FilterPolicyScope: 'MessageBody' })).toEqual(
      [],
    );
    expect(drifted('heal: true', { FilterPolicy: '{"a":["x"]}' })).toEqual([
      'FilterPolicy: has a filter policy that the plan does not know',
    ]);
  });

  it('looks at what the plan says', () => {
    const body = filter('{ a: [x] }', ', filter-policy-scope: MessageBody');
    expect(drifted(body, { FilterPolicy: '{"a":["x"]}' })).toEqual([
      'FilterPolicyScope: the filter policy looks at MessageAttributes, not MessageBody',
    ]);
  });

  it('means itself, in any order of keys and alternatives, and nothing crashes it', () => {
    const values = fc.uniqueArray(fc.oneof(fc.string(), fc.integer(), fc.constant(null)), {
      minLength: 1,
      maxLength: 4,
    });
    const policies = fc.dictionary(
      fc.string({ minLength: 1 }).filter((key) => key !== '__proto__'),
      values,
      { maxKeys: 4 },
    );
    fc.assert(
      fc.property(policies, (policy) => {
        const turned = Object.fromEntries(
          Object.entries(policy)
            .reverse()
            .map(([key, all]) => [key, all.toReversed()]),
        );
        expect(filterMeaningOfText(JSON.stringify(turned))).toBe(filterMeaning(policy));
      }),
      { numRuns: 100 },
    );
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        const meaning = filterMeaningOfText(text);
        expect(['string', 'undefined']).toContain(typeof meaning);
      }),
      { numRuns: 200 },
    );
  });
});

describe('wantedAttributes', () => {
  it('are those that find no drift', () => {
    const fields = `raw-delivery: true, ${LETTERS}, filter-policy: { a: [x] }, filter-policy-scope: MessageBody`;
    expect(drifted(fields, wantedAttributes(wanted(fields)))).toEqual([]);
    expect(wantedAttributes(wanted('heal: true'))).toEqual({});
  });
});
