import type { AwsFailure } from '../../shared/aws-failure/describe-aws-failure.ts';
import { formatAge, formatDuration } from '../../shared/plan/duration.ts';
import type { DeadLetterPolicy, Severity } from '../../shared/plan/plan.ts';
import { type AgeBounds, ageBounds } from './age-bounds.ts';
import type { PeekDecision } from './decide-peek.ts';
import type { Judgement } from './judgement.ts';
import type { QueueAttributes } from './queue-client.ts';
import { depthOf, type QueueMemory, type Sample } from './queue-memory.ts';

/** Less than this, and the loss of messages is as loud as the loss of the subscription. */
const LAST_DAY = 86_400;

export type AgeCase = {
  policy: DeadLetterPolicy;
  /** How loud a lost subscription is. */
  lossSeverity: Severity;
  attributes: QueueAttributes;
  memory: QueueMemory;
  /** Why it was not peeked into, or what happened when it was. */
  peek: Exclude<PeekDecision, { peek: true }> | { failure: AwsFailure } | undefined;
  receives: number;
  now: Date;
  replay: string;
};

type Facts = AgeCase & { bounds: AgeBounds; left: { atLeast?: number; atMost?: number } };
type Said = Omit<Judgement, 'check' | 'expected' | 'observed' | 'measurements' | 'severity'> & {
  severity?: Severity;
};

const expiring = ({ policy, lossSeverity, left, replay }: Facts): Said | undefined => {
  const { atMost } = left;
  if (atMost === undefined || atMost >= policy.alarmBeforeExpirySeconds) return undefined;
  return {
    verdict: 'fail',
    severity: atMost < LAST_DAY ? lossSeverity : policy.severity,
    reason: 'expiring',
    summary:
      atMost === 0
        ? 'the queue deletes its oldest messages now: they have waited as long as it keeps any'
        : `the queue deletes its oldest message within ${formatAge(atMost)}`,
    action: `Replay them before that: ${replay} (a longer retention saves them as well, 14 days at most: aws sqs set-queue-attributes --queue-url ${policy.queue} --attributes MessageRetentionPeriod=1209600)`,
  };
};

const old = ({ policy, bounds, replay }: Facts): Said | undefined => {
  const { alarmOlderThanSeconds: limit } = policy;
  const { atLeast } = bounds.age;
  if (limit === undefined || atLeast === undefined || atLeast <= limit) return undefined;
  return {
    verdict: 'fail',
    severity: policy.severity,
    reason: 'old',
    summary: `a message that was published ${formatAge(atLeast)} ago has still not been delivered, longer than ${formatDuration(limit)}`,
    action: `See that the endpoint answers, then replay them: ${replay}`,
  };
};

const young = ({ policy, bounds, left }: Facts): Said | undefined => {
  const { alarmOlderThanSeconds: limit = Number.POSITIVE_INFINITY } = policy;
  const isYoung = limit === Number.POSITIVE_INFINITY || (bounds.age.atMost ?? Infinity) <= limit;
  const isSafe = (left.atLeast ?? 0) >= policy.alarmBeforeExpirySeconds;
  if (!isYoung || !isSafe) return undefined;
  const { atMost } = bounds.age;
  const age = atMost === undefined ? '' : `is at most ${formatAge(atMost)} old and `;
  return {
    verdict: 'pass',
    reason: 'young',
    summary: `the oldest message ${age}has ${formatAge(left.atLeast ?? 0)} before the queue deletes it`,
  };
};

const WHY = {
  empty: 'the count changed meanwhile',
  decided: 'the count changed meanwhile',
  'no-memory': 'what was looked at before cannot be read or written down',
  'would-move':
    'the queue has a redrive policy of its own, and looking at a message could move it on',
  'nothing-visible': 'somebody is working on all of them',
  'looked-lately': 'they are looked at again within the hour',
} as const;

/** Of messages that were looked at, what it is that leaves their age open. */
const openAge = ({ looked, depth, withoutEnvelope }: Sample): string => {
  if (looked < depth) return `${looked} of ${depth} messages were looked at, and none is too old`;
  return withoutEnvelope > 0
    ? `none is too old by its stay in the queue, but ${withoutEnvelope} of ${looked} have no envelope that says when they were published`
    : 'messages came after the last look, which found none too old';
};

const unseen = ({ peek, memory }: Facts): Said => {
  if (peek !== undefined && 'failure' in peek) {
    return {
      verdict: 'unknown',
      reason: peek.failure.reason,
      summary: `how old the messages are was not read (${peek.failure.message})`,
      action: 'Let this function receive from the queue; it deletes nothing.',
    };
  }
  const { sample } = memory;
  const why = peek === undefined ? 'no message was received' : WHY[peek.reason];
  return {
    verdict: 'unknown',
    reason: peek?.reason === 'would-move' ? 'would-move' : 'not-all-seen',
    summary:
      sample === undefined ? `how old the messages are is not known: ${why}` : openAge(sample),
  };
};

const days = (seconds: number): number => Math.round((seconds / 86_400) * 100) / 100;

const measurements = ({ bounds, left, memory, receives }: Facts): Judgement['measurements'] => {
  const all: [string, number | undefined, string][] = [
    ['oldest-age-at-least', bounds.age.atLeast, 'seconds'],
    ['oldest-age-at-most', bounds.age.atMost, 'seconds'],
    ['days-until-expiry-at-least', left.atLeast && days(left.atLeast), 'days'],
    ['days-until-expiry-at-most', left.atMost && days(left.atMost), 'days'],
    ['messages-looked-at', memory.sample?.looked, 'messages'],
    ['receives', receives, 'requests'],
  ];
  return all.flatMap(([name, value, unit]) =>
    value === undefined
      ? []
      : [{ name, value: unit === 'seconds' ? Math.round(value) : value, unit }],
  );
};

/**
 * How old the oldest message is, and how long until the queue deletes it, both between bounds: a fail is
 * certain from below, a pass from above, and in between it is not known. Pure.
 */
export const decideAge = (one: AgeCase): Judgement => {
  const { policy, attributes, memory, now } = one;
  const depth = depthOf(attributes);
  const bounds: AgeBounds = depth === 0 ? { age: {}, queued: {} } : ageBounds(memory, depth, now);
  const until = (age: number | undefined): number | undefined =>
    age === undefined ? undefined : Math.max(0, attributes.retentionSeconds - age);
  const left = { atLeast: until(bounds.queued.atMost), atMost: until(bounds.queued.atLeast ?? 0) };
  const facts: Facts = { ...one, bounds, left };
  const empty: Said = { verdict: 'pass', reason: 'empty', summary: 'no message waits' };
  const said =
    depth === 0 ? empty : (expiring(facts) ?? old(facts) ?? young(facts) ?? unseen(facts));
  const { verdict, severity = policy.severity, ...rest } = said;
  return {
    check: 'dead-letters-age',
    ...rest,
    ...(verdict === 'fail' ? { verdict, severity } : { verdict }),
    expected: {
      notOlderThanSeconds: policy.alarmOlderThanSeconds ?? null,
      secondsBeforeExpiry: policy.alarmBeforeExpirySeconds,
    },
    observed: {
      depth,
      retentionSeconds: attributes.retentionSeconds,
      oldestPublished: memory.sample?.published ?? null,
      oldestEnqueued: memory.sample?.enqueued ?? null,
      lookedAt: memory.sample?.at ?? null,
      withoutEnvelope: memory.sample?.withoutEnvelope ?? null,
      emptyAt: memory.emptyAt ?? null,
    },
    measurements: measurements(facts),
  };
};
