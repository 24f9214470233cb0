import { ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { ListBucketsCommand } from '@aws-sdk/client-s3';
import { paginateListTopics } from '@aws-sdk/client-sns';
import { paginateListQueues } from '@aws-sdk/client-sqs';
import * as z from 'zod';
import type { LocalClients } from './clients.ts';
import type { CloudFile } from './cloud-file.ts';

const DEAD_LETTERS = '-dead-letters';

const functionsSchema = z.looseObject({
  Functions: z.array(z.looseObject({ FunctionName: z.string() })),
});

const deployedFunctions = async (endpoint: string, prefix: string) => {
  const url = `${endpoint}/2015-03-31/functions/?MaxItems=1000`;
  const response = await fetch(url, { signal: AbortSignal.timeout(10_000) });
  const { Functions } = functionsSchema.parse(await response.json());
  const names = Functions.map(({ FunctionName }) => FunctionName);
  const ours = names.filter((name) => name.startsWith(prefix)).sort();
  return Object.fromEntries(ours.map((name) => [name.slice(prefix.length), name]));
};

/** A function's own queue may be called like somebody's dead letters: `replay-dead-letters` has one. */
export const sortQueues = (
  urls: readonly string[],
  prefix: string,
  functions: Readonly<Record<string, string>>,
) => {
  const named = urls.toSorted().map((url) => {
    const name = url.slice(url.lastIndexOf('/') + 1 + prefix.length);
    return { name, url, dead: name.endsWith(DEAD_LETTERS) && !Object.hasOwn(functions, name) };
  });
  return {
    queues: Object.fromEntries(named.flatMap(({ name, url, dead }) => (dead ? [] : [[name, url]]))),
    deadLetterQueues: Object.fromEntries(
      named.flatMap(({ name, url, dead }) =>
        dead ? [[name.slice(0, -DEAD_LETTERS.length), url]] : [],
      ),
    ),
  };
};

const queueUrls = async ({ sqs }: LocalClients, prefix: string): Promise<string[]> => {
  const urls: string[] = [];
  for await (const page of paginateListQueues({ client: sqs }, { QueueNamePrefix: prefix })) {
    urls.push(...(page.QueueUrls ?? []));
  }
  return urls;
};

const topicArn = async ({ sns }: LocalClients, name: string): Promise<string> => {
  for await (const { Topics = [] } of paginateListTopics({ client: sns }, {})) {
    const found = Topics.find(({ TopicArn }) => TopicArn?.endsWith(`:${name}`))?.TopicArn;
    if (found !== undefined) return found;
  }
  throw new Error(`The deploy made no topic ${name}`);
};

type Deployed = Pick<
  CloudFile,
  'factsTopicArn' | 'functions' | 'queues' | 'deadLetterQueues' | 'ownBuckets' | 'tables'
>;

/** What a deploy has made, asked of the services themselves. */
export const discover = async (
  endpoint: string,
  clients: LocalClients,
  stage: string,
): Promise<Deployed> => {
  const prefix = `lifeboat-${stage}-`;
  const { Buckets = [] } = await clients.s3.send(new ListBucketsCommand({}));
  const { TableNames = [] } = await clients.dynamodb.send(new ListTablesCommand({}));
  const functions = await deployedFunctions(endpoint, prefix);
  return {
    factsTopicArn: await topicArn(clients, `${prefix}facts`),
    functions,
    ...sortQueues(await queueUrls(clients, prefix), prefix, functions),
    ownBuckets: Buckets.flatMap(({ Name }) => (Name?.startsWith(prefix) ? [Name] : [])).sort(),
    tables: TableNames.filter((name) => name.startsWith(prefix)).sort(),
  };
};
