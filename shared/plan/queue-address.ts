/** `/ACCOUNT/NAME`, which every URL of a queue ends in, whatever its host. */
const PATH = /^\/(\d{12})\/([\w-]{1,80}(?:\.fifo)?)$/;

/**
 * Hosts that name the Region: the service's own, its FIPS and dual-stack ones, the endpoint of a VPC,
 * and the old `REGION.queue.amazonaws.com`. Source: AWS General Reference, "Amazon SQS endpoints".
 */
const HOSTS = [
  /^sqs(?:-fips)?\.([a-z0-9-]+)\.(?:amazonaws\.com|api\.aws)/,
  /\.sqs\.([a-z0-9-]+)\.vpce\.amazonaws\.com/,
  /^([a-z0-9-]+)\.queue\.amazonaws\.com/,
];

export type QueueAddress = {
  account: string;
  name: string;
  /** Absent where the host does not say it: an emulator's does not. */
  region?: string;
};

/** What the URL of a queue says, or nothing where it is none. */
export const readQueueUrl = (text: string): QueueAddress | undefined => {
  const url = URL.parse(text);
  const [, account, name] = PATH.exec(url?.pathname ?? '') ?? [];
  if (url === null || account === undefined || name === undefined) return undefined;
  if (url.search !== '' || url.hash !== '' || url.username !== '') return undefined;
  const region =
    url.hostname === 'queue.amazonaws.com'
      ? 'us-east-1'
      : HOSTS.map((host) => host.exec(url.hostname)?.[1]).find((found) => found !== undefined);
  return { account, name, ...(region === undefined ? {} : { region }) };
};

export type TopicAddress = { partition: string; region: string; account: string; name: string };

/** The parts of a topic's ARN, which the plan's schema has looked at. */
export const readTopicArn = (arn: string): TopicAddress => {
  const [, partition = '', , region = '', account = '', name = ''] = arn.split(':');
  return { partition, region, account, name };
};

/** The ARN of a dead-letter queue. A host that names no Region is taken for one of the topic's. */
export const queueArn = (queueUrl: string, topicArn: string): string => {
  const topic = readTopicArn(topicArn);
  const { account = '', name = '', region = topic.region } = readQueueUrl(queueUrl) ?? {};
  return `arn:${topic.partition}:sqs:${region}:${account}:${name}`;
};
