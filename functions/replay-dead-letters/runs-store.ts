import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  paginateQuery,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import { replayRequestSchema } from '../../events/replay-requested/v1.ts';
import { RUN_KEEP_MS } from './batch-context.ts';
import { type Counts, NOTHING } from './ledger.ts';
import type { Run, Runs, RunTotals } from './runs.ts';

const runSchema = z.object({
  status: z.object({ S: z.enum(['running', 'cancelling', 'ended']) }),
  endedAt: z.object({ N: z.string() }).optional(),
  reason: z.object({ S: z.string() }).optional(),
  started: z.object({ S: z.string() }),
});

const startedSchema = z.object({
  id: z.string(),
  request: replayRequestSchema,
  webhook: z.string(),
  correlationId: z.string(),
  startedAt: z.number(),
});

const countSchema = z.looseObject({
  sk: z.object({ S: z.string() }),
  chain: z.object({ S: z.string() }).optional(),
  archived: z.object({ N: z.string() }).optional(),
});

const keyOf = (id: string) => ({ pk: { S: `run#${id}` }, sk: { S: 'run' } });
const numberOf = (attribute: unknown): number => {
  const parsed = z.object({ N: z.string() }).safeParse(attribute);
  return parsed.success ? Number(parsed.data.N) : 0;
};

/** False where the condition does not hold. */
const holds = async (write: Promise<unknown>): Promise<boolean> => {
  try {
    await write;
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
};

const addCounts = (sum: Counts, item: object): Counts => ({
  received: sum.received + numberOf(Reflect.get(item, 'received')),
  done: sum.done + numberOf(Reflect.get(item, 'done')),
  duplicates: sum.duplicates + numberOf(Reflect.get(item, 'duplicates')),
  quarantined: sum.quarantined + numberOf(Reflect.get(item, 'quarantined')),
  unknown: sum.unknown + numberOf(Reflect.get(item, 'unknown')),
  skipped: sum.skipped + numberOf(Reflect.get(item, 'skipped')),
});

/** Runs and their numbers, beside the messages in the same table. */
export const createRunsStore = (dynamo: DynamoDBClient, TableName: string): Runs => ({
  create: ({ status, ...started }) =>
    holds(
      dynamo.send(
        new PutItemCommand({
          TableName,
          Item: {
            ...keyOf(started.id),
            status: { S: status },
            started: { S: JSON.stringify(started) },
            expiresAt: { N: String(Math.ceil((started.startedAt + RUN_KEEP_MS) / 1_000)) },
          },
          ConditionExpression: 'attribute_not_exists(pk)',
        }),
      ),
    ),

  async read(id): Promise<Run | undefined> {
    const { Item } = await dynamo.send(
      new GetItemCommand({ TableName, Key: keyOf(id), ConsistentRead: true }),
    );
    if (Item === undefined) return undefined;
    const { status, endedAt, reason, started } = runSchema.parse(Item);
    return {
      ...startedSchema.parse(JSON.parse(started.S)),
      status: status.S,
      endedAt: endedAt && Number(endedAt.N),
      reason: reason?.S,
    };
  },

  change: (id, from, { status, endedAt = 0, reason = '-' }) =>
    holds(
      dynamo.send(
        new UpdateItemCommand({
          TableName,
          Key: keyOf(id),
          UpdateExpression: 'SET #status = :to, endedAt = :at, reason = :reason',
          ConditionExpression: from.map((_, index) => `#status = :from${index}`).join(' OR '),
          ExpressionAttributeNames: { '#status': 'status' },
          ExpressionAttributeValues: {
            ':to': { S: status },
            ':at': { N: String(endedAt) },
            ':reason': { S: reason },
            ...Object.fromEntries(from.map((one, index) => [`:from${index}`, { S: one }])),
          },
        }),
      ),
    ),

  async totals(id): Promise<RunTotals> {
    const totals: RunTotals = { counts: NOTHING, archived: 0, chains: [] };
    const pages = paginateQuery(
      { client: dynamo },
      {
        TableName,
        ConsistentRead: true,
        KeyConditionExpression: 'pk = :run AND begins_with(sk, :count)',
        ExpressionAttributeValues: { ':run': { S: `run#${id}` }, ':count': { S: 'count#' } },
      },
    );
    for await (const { Items = [] } of pages) {
      for (const item of Items) {
        const { sk, chain, archived } = countSchema.parse(item);
        totals.counts = addCounts(totals.counts, item);
        totals.archived += numberOf(archived);
        totals.chains.push({ shard: sk.S.slice('count#'.length), chain: chain?.S ?? '' });
      }
    }
    return totals;
  },
});
