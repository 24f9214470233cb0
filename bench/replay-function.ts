import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CreateBucketCommand } from '@aws-sdk/client-s3';
import { CreateTopicCommand } from '@aws-sdk/client-sns';
import { CreateQueueCommand } from '@aws-sdk/client-sqs';
import * as z from 'zod';
import { REPLAY_REQUESTED } from '../events/replay-requested/v1.ts';
import { localClients } from '../local/clients.ts';
import { createReplayTable } from '../local/create-replay-table.ts';
import { LOCAL_CREDENTIALS, LOCAL_REGION } from '../local/start-emulators.ts';
import { parsePlan } from '../shared/plan/load-plan.ts';
import { bundleScript } from './bundle-script.ts';
import { runAlone } from './measure.ts';
import type { ReplayCloud } from './replay-cloud.ts';

const BUCKET = 'bench-archive';
const TABLE = 'bench-ledger';

const resultSchema = z.object({
  invocations: z.number(),
  heapMb: z.number(),
  maxRssMb: z.number(),
});

const planOf = ({ eventsTopic, webhook, deadLetters }: ReplayCloud): string => `
plan: bench
webhooks:
  events:
    topic: ${eventsTopic}
    endpoint: ${webhook}
    receiver: idempotent
    dead-letters: { queue: "${deadLetters}" }
`;

/** Ledger, archive, queue and plan of a replay-dead-letters. Answers how to run it, each time as a new run. */
export const openReplayFunction = async (cloud: ReplayCloud, dir: string) => {
  const { s3, sns, sqs, dynamodb } = localClients(cloud.endpoint);
  await s3.send(new CreateBucketCommand({ Bucket: BUCKET }));
  await createReplayTable(dynamodb, TABLE);
  const { TopicArn = '' } = await sns.send(new CreateTopicCommand({ Name: 'bench-facts' }));
  const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: 'bench-replay' }));
  const source = { file: 'bench.yml', stage: 'local', env: {} };
  const { document, plan } = parsePlan(planOf(cloud), source);
  const planFile = join(dir, 'plan.json');
  await writeFile(planFile, JSON.stringify({ digest: plan.digest, document }));
  const environment = {
    AWS_REGION: LOCAL_REGION,
    AWS_ACCESS_KEY_ID: LOCAL_CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: LOCAL_CREDENTIALS.secretAccessKey,
    AWS_ENDPOINT_URL: cloud.endpoint,
    ENDPOINT: cloud.endpoint,
    POWERTOOLS_LOG_LEVEL: 'ERROR',
    STAGE: 'local',
    SERVICE: 'replay-dead-letters',
    FACTS_TOPIC_ARN: TopicArn,
    PLAN_FILE: planFile,
    LEDGER_TABLE: TABLE,
    ARCHIVE_BUCKET: BUCKET,
    QUEUE_URL: QueueUrl,
    POLL_SECONDS: '1',
  };

  const bundle = await bundleScript(join(import.meta.dirname, 'replay-once.ts'), dir);

  return async () => {
    const id = randomUUID();
    const command = {
      specversion: '1.0',
      id,
      source: '/lifeboat/local/bench',
      type: REPLAY_REQUESTED,
      time: new Date().toISOString(),
      subject: 'webhook/events',
      datacontenttype: 'application/json',
      plan: plan.name,
      plandigest: plan.digest,
      correlationid: id,
      data: { run: `bench-${id.slice(0, 8)}`, webhook: 'events' },
    };
    const given = { ...environment, NODE_OPTIONS: '--expose-gc', COMMAND: JSON.stringify(command) };
    return resultSchema.parse(await runAlone(bundle, given));
  };
};

export type ReplayFunction = Awaited<ReturnType<typeof openReplayFunction>>;
