import { GetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs';

const PLACES = [
  'ApproximateNumberOfMessages' as const,
  'ApproximateNumberOfMessagesNotVisible' as const,
];

/** Messages in a queue of the local cloud, also those in somebody's hands; the local cloud counts exactly. */
export const countMessages = async (sqs: SQSClient, QueueUrl: string): Promise<number> => {
  const ask = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: PLACES });
  const { Attributes = {} } = await sqs.send(ask);
  return PLACES.reduce((sum, place) => sum + Number(Attributes[place] ?? 0), 0);
};
