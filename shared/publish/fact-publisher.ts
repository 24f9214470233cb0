import {
  PublishBatchCommand,
  type PublishBatchRequestEntry,
  type SNSClient,
} from '@aws-sdk/client-sns';
import type { Envelope } from '../../events/envelope.ts';

/** Some facts did not reach the topic. A retry helps: publishing a fact twice is harmless. */
export class PublishError extends Error {
  constructor(failed: string[]) {
    super(`${failed.length} facts were not published: ${failed.slice(0, 3).join('; ')}`);
    this.name = 'PublishError';
  }
}

export type FactPublisher = (facts: readonly Envelope[]) => Promise<void>;

/** What SNS takes in one request, less room for attributes. */
const BATCH_COUNT = 10;
const BATCH_BYTES = 240_000;

const attribute = (value: unknown) =>
  typeof value === 'string' ? { DataType: 'String', StringValue: value } : undefined;

const entry = (fact: Envelope, index: number): PublishBatchRequestEntry => {
  const attributes = Object.entries({
    type: attribute(fact.type),
    verdict: attribute(fact.data.verdict),
    severity: attribute(fact.data.severity),
  }).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));
  return {
    Id: String(index),
    Message: JSON.stringify(fact),
    MessageAttributes: Object.fromEntries(attributes),
  };
};

const batches = (entries: PublishBatchRequestEntry[]): PublishBatchRequestEntry[][] => {
  const groups: PublishBatchRequestEntry[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const next of entries) {
    const size = Buffer.byteLength(next.Message ?? '');
    const group = groups.at(-1);
    if (group === undefined || group.length === BATCH_COUNT || bytes + size > BATCH_BYTES) {
      groups.push([next]);
      bytes = size;
    } else {
      group.push(next);
      bytes += size;
    }
  }
  return groups;
};

/**
 * Publishes facts to the one topic, with `type`, `verdict` and `severity` as attributes for filter
 * policies. Resolves only when SNS has taken every one of them.
 *
 * @throws {PublishError} naming those it did not take.
 */
export const createFactPublisher =
  (sns: SNSClient, topicArn: string): FactPublisher =>
  async (facts) => {
    const failed: string[] = [];
    for (const PublishBatchRequestEntries of batches(facts.map(entry))) {
      const { Failed = [] } = await sns.send(
        new PublishBatchCommand({ TopicArn: topicArn, PublishBatchRequestEntries }),
      );
      failed.push(
        ...Failed.map(
          ({ Id, Code, Message }) => `${facts[Number(Id)]?.subject}: ${Code} ${Message}`,
        ),
      );
    }
    if (failed.length > 0) throw new PublishError(failed);
  };
