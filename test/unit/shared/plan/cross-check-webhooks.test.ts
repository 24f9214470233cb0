import { describe, expect, it } from 'vitest';
import { problemsOf, readPlan } from '../../../support/plan-text.ts';

const ROUTED = `alerts:
  channels: { slack: { webhook: "\${ssm:/slack}" } }
  routes: { critical: [slack], warning: [slack] }
`;
const TOPIC = 'arn:aws:sns:eu-west-1:123456789012:t';
const QUEUE = 'https://sqs.eu-west-1.amazonaws.com/123456789012/q';
const LETTERS = `dead-letters: { queue: "${QUEUE}" }`;

const planWith = (fields: string, topic = TOPIC, endpoint = 'https://a.example/'): string =>
  `plan: test\nwebhooks:\n  w: { topic: "${topic}", endpoint: "${endpoint}", ${fields} }\n${ROUTED}`;
const errorsOf = (text: string): string[] =>
  problemsOf(text).map(({ path, message }) => `${path}: ${message}`);
const warningsOf = (text: string): string[] =>
  readPlan(text).warnings.map(({ path, message }) => `${path}: ${message}`);

const shared = (topic: string, raw: string): string =>
  planWith(LETTERS).replace(
    ROUTED,
    `  v: { topic: "${topic}", endpoint: "https://b.example/", ${raw}${LETTERS} }\n${ROUTED}`,
  );

describe('webhooks', () => {
  it('are quiet where nothing is wrong', () => {
    expect(warningsOf(planWith(LETTERS))).toEqual([]);
  });

  it('have a dead-letter queue in the Region of the topic', () => {
    const text = planWith(LETTERS, TOPIC.replace('eu-west-1', 'us-east-1'));
    expect(errorsOf(text)).toEqual([
      'webhooks.w.dead-letters.queue: is in eu-west-1 and the topic in us-east-1; SNS takes no other Region',
    ]);
  });

  it('are told of a dead-letter queue in another account', () => {
    expect(warningsOf(planWith(LETTERS, TOPIC.replace('123456789012', '210987654321')))).toEqual([
      "webhooks.w.dead-letters.queue: is of account 123456789012 and the topic of 210987654321; SNS takes a queue of the subscription's own account alone",
    ]);
  });

  it('have a FIFO queue for a FIFO topic, and no other', () => {
    const must =
      'webhooks.w.dead-letters.queue: and the topic must both be FIFO, or neither: SNS takes no other for its dead letters';
    expect(errorsOf(planWith(LETTERS, `${TOPIC}.fifo`))).toEqual([must]);
    expect(errorsOf(planWith(LETTERS.replace('/q', '/q.fifo')))).toEqual([must]);
    expect(warningsOf(planWith(LETTERS.replace('/q', '/q.fifo'), `${TOPIC}.fifo`))).toEqual([
      'webhooks.w.topic: is FIFO, and from those SNS delivers to queues alone',
    ]);
  });

  it('are not replayed into their own dead-letter queue', () => {
    const letters = `dead-letters: { queue: "${QUEUE}", replay-to: ["${QUEUE}"] }`;
    expect(errorsOf(planWith(letters))).toEqual([
      'webhooks.w.dead-letters.replay-to.0: is the dead-letter queue itself: a replay would empty it into itself',
    ]);
    expect(warningsOf(planWith(letters.replace('/q"]', '/p"]')))).toEqual([]);
  });

  it.each([
    ['of one topic', TOPIC, ''],
    ['of two topics, one without envelopes', `${TOPIC}2`, 'raw-delivery: true, '],
  ])('have a dead-letter queue each, where two are %s', (_, topic, raw) => {
    expect(errorsOf(shared(topic, raw))).toEqual([
      'webhooks.v.dead-letters.queue: is that of "w" too, and its messages do not tell which of the two missed them: a replay would send them to the wrong one. Give each a queue of its own',
    ]);
  });

  it('may share a dead-letter queue where its messages tell their topics', () => {
    expect(warningsOf(shared(`${TOPIC}2`, ''))).toEqual([]);
  });

  it('have no password in the endpoint, and no error repeats it', () => {
    const errors = errorsOf(planWith(LETTERS, TOPIC, 'https://sns:hunter2@a.example/'));
    expect(errors).toEqual([
      'webhooks.w.endpoint: must not have a user or a password in it: it stands in every report',
    ]);
  });

  it('are told that a query is no place for a token', () => {
    expect(warningsOf(planWith(LETTERS, TOPIC, 'https://a.example/?token=hunter2'))).toEqual([
      'webhooks.w.endpoint: has a query, which stands in every report: keep no token in it',
    ]);
  });

  it('lose messages without dead letters, which is told', () => {
    expect(warningsOf(planWith('heal: true'))).toEqual([
      'webhooks.w: has no dead-letters: what cannot be delivered within an hour is lost',
    ]);
  });

  it('lose the MessageId by raw delivery, which is told', () => {
    expect(warningsOf(planWith(`raw-delivery: true, ${LETTERS}`))).toEqual([
      'webhooks.w.raw-delivery: takes the MessageId from dead letters: a replay tells messages apart by their text alone',
    ]);
  });

  it('filter attributes by lists; only bodies have maps in them', () => {
    const filter = `filter-policy: { mail: { tags: [a] } }, ${LETTERS}`;
    expect(errorsOf(planWith(filter))).toEqual([
      'webhooks.w.filter-policy.mail: must be a list; maps are for filter-policy-scope: MessageBody',
    ]);
    expect(warningsOf(planWith(`${filter}, filter-policy-scope: MessageBody`))).toEqual([]);
  });

  it('ask for no age that a queue never reaches', () => {
    const asking = (key: string, duration: string) =>
      planWith(`dead-letters: { queue: "${QUEUE}", ${key}: ${duration} }`);
    for (const key of ['alarm-older-than', 'alarm-before-expiry']) {
      expect(errorsOf(asking(key, '14d'))).toEqual([
        expect.stringContaining(`webhooks.w.dead-letters.${key}: must be less than 14d`),
      ]);
      expect(warningsOf(asking(key, '335h'))).toEqual([]);
    }
  });

  it('have an endpoint as SNS takes it', () => {
    const must = /^webhooks\.w\.endpoint: must begin with https:\/\/ in lower case/;
    for (const endpoint of [
      'HTTPS://a.example/',
      'https://a.example/two words',
      'https://a.example/ä',
    ]) {
      expect(errorsOf(planWith(LETTERS, TOPIC, endpoint))).toEqual([expect.stringMatching(must)]);
    }
    const right = 'https://A.example:443/%20;x=1';
    expect(warningsOf(planWith(LETTERS, TOPIC, right))).toEqual([]);
    expect(errorsOf(planWith(LETTERS, TOPIC, 'https:a.example'))).toEqual([
      'webhooks.w.endpoint: must be an https URL, not "https:a.example"',
    ]);
  });

  it('have a topic that there can be, in a partition that is known', () => {
    const at = (start: string) => planWith(LETTERS, TOPIC.replace('arn:aws:sns:eu-west-1', start));
    expect(errorsOf(at('arn:aws_x:sns:eu-west-1'))).toEqual([
      expect.stringMatching(/^webhooks\.w\.topic: must be the ARN of an SNS topic/),
    ]);
    expect(warningsOf(at('arn:aws-moon:sns:eu-west-1'))).toEqual([
      'webhooks.w.topic: is in the partition "aws-moon", whose certificates are not known: no confirmation of it can be believed',
    ]);
    expect(warningsOf(at('arn:aws-us-gov:sns:eu-west-1'))).toEqual([]);
  });

  it('are each another subscription', () => {
    const one = `{ topic: "${TOPIC}", endpoint: "https://a.example/", ${LETTERS} }`;
    const text = `plan: test\nwebhooks:\n  w: ${one}\n  x: ${one}\n${ROUTED}`;
    expect(errorsOf(text)).toEqual(['webhooks.x: is the subscription of "w" again']);
    const spelled = text.replace('https://a.example/', 'https://A.example:443');
    expect(errorsOf(spelled)).toEqual(['webhooks.x: is the subscription of "w" again']);
  });

  it('ask the receiver for duplicates by one SELECT', () => {
    const asking = (query: string): string =>
      planWith(`${LETTERS}, duplicates: { database: "\${ssm:/db}", query: "${query}" }`);
    expect(warningsOf(asking('SELECT id FROM t;'))).toEqual([]);
    const [webhook] = readPlan(asking(' WITH x AS (SELECT 1) SELECT * FROM x ; ')).plan.webhooks;
    expect(webhook?.duplicates).toEqual({
      database: { from: 'ssm', name: '/db' },
      query: 'WITH x AS (SELECT 1) SELECT * FROM x',
      severity: 'warning',
    });
    const must =
      'webhooks.w.duplicates.query: must be one SELECT, as text: "SELECT id, count(*) FROM … GROUP BY 1 HAVING count(*) > 1"';
    for (const query of ['', 'DELETE FROM t', 'selection', 'postgres://u:hunter2@db/d']) {
      expect(errorsOf(asking(query))).toEqual([must]);
    }
    expect(errorsOf(asking('SELECT \\0'))).toEqual([must]);
    expect(errorsOf(planWith('duplicates: { query: SELECT 1 }'))).toEqual([
      "webhooks.w.duplicates.database: is missing: The postgres:// URL of the receiver's database as a reference: ${ssm:/path} or ${secret:name}.",
    ]);
  });

  it('have no password of a database in them, but for the cloud on this machine', () => {
    const text = planWith(
      `${LETTERS}, duplicates: { database: "postgres://u:hunter2@127.0.0.1/d", query: SELECT 1 }`,
    );
    const said =
      'webhooks.w.duplicates.database: must be ${ssm:/path} or ${secret:name}: with its password it does not belong into a plan (--stage local takes it)';
    expect(errorsOf(text)).toEqual([said]);
    const { warnings } = readPlan(text, { stage: 'local' });
    expect(warnings.map(({ path, message }) => `${path}: ${message}`)).toEqual([said]);
  });
});
