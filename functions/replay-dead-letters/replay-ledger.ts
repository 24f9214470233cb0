import { setTimeout as sleep } from 'node:timers/promises';
import {
  BatchGetItemCommand,
  type BatchGetItemCommandInput,
  type BatchGetItemCommandOutput,
  type CancellationReason,
  type DynamoDBClient,
  TransactionCanceledException,
  type TransactWriteItem,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import { RUN_KEEP_MS } from './batch-context.ts';
import {
  type Change,
  type Counts,
  type Entry,
  type Ledger,
  NOTHING,
  type Tally,
} from './ledger.ts';
import { type DynamoItem, holderOf, MESSAGE, readEntry, writeEntry } from './ledger-item.ts';

const putChange = (TableName: string, { seen, next }: Change): TransactWriteItem => ({
  Put: {
    TableName,
    Item: writeEntry(next),
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    ...(seen === undefined
      ? { ConditionExpression: 'attribute_not_exists(pk)' }
      : {
          ConditionExpression: 'holder = :holder',
          ExpressionAttributeValues: { ':holder': { S: holderOf(seen) } },
        }),
  },
});

const NAMES = Object.keys(NOTHING);

const addTally = (
  TableName: string,
  { run, shard, counts, archived }: Tally,
): TransactWriteItem => {
  const sums = { ...counts, ...(archived === undefined ? {} : { archived: archived.messages }) };
  const values: DynamoItem = {};
  const adds = [...NAMES, 'archived'].flatMap((name) => {
    const more: unknown = Reflect.get(sums, name);
    if (typeof more !== 'number' || more === 0) return [];
    values[`:${name}`] = { N: String(more) };
    return [`#${name} :${name}`];
  });
  if (archived !== undefined) values[':chain'] = { S: archived.chain };
  // As long as the run itself: its name may then be somebody's again, and begins with nothing.
  values[':expiresAt'] = { N: String(Math.ceil((Date.now() + RUN_KEEP_MS) / 1_000)) };
  const names = adds.map((add) => add.split(' ')[0] ?? '').map((name) => [name, name.slice(1)]);
  return {
    Update: {
      TableName,
      Key: { pk: { S: `run#${run}` }, sk: { S: `count#${shard}` } },
      UpdateExpression: [
        adds.length === 0 ? '' : `ADD ${adds.join(', ')}`,
        `SET expiresAt = :expiresAt${archived === undefined ? '' : ', chain = :chain'}`,
      ].join(' '),
      ...(names.length === 0 ? {} : { ExpressionAttributeNames: Object.fromEntries(names) }),
      ExpressionAttributeValues: values,
    },
  };
};

/** Another transaction holds one of the items at this moment, or the table is busy. */
const PASSING = new Set([
  'TransactionConflict',
  'ThrottlingError',
  'ProvisionedThroughputExceeded',
]);
const REFUSED = 'ConditionalCheckFailed';
const MOST_TRIES = 6;

const refusalFrom = (
  changes: readonly Change[],
  reasons: readonly CancellationReason[],
): Map<string, Entry | undefined> =>
  new Map(
    changes.flatMap(({ next }, index) => {
      const reason = reasons[index];
      if (reason?.Code !== REFUSED) return [];
      const item = reason.Item;
      return [
        [next.key, item === undefined || item.pk === undefined ? undefined : readEntry(item)],
      ];
    }),
  );

/**
 * The ledger in a table of DynamoDB: partition key `pk`, sort key `sk`. Every write is one transaction, whose
 * token lets the SDK repeat it after a lost answer without doing it twice.
 */
export const createReplayLedger = (dynamo: DynamoDBClient, table: string): Ledger => ({
  async find(keys) {
    const found = new Map<string, Entry>();
    let RequestItems: BatchGetItemCommandInput['RequestItems'] =
      keys.length === 0
        ? {}
        : { [table]: { Keys: keys.map((key) => ({ pk: { S: key }, sk: { S: MESSAGE } })) } };
    // DynamoDB may leave out what would be too much for one answer.
    while (Object.keys(RequestItems ?? {}).length > 0) {
      const answer: BatchGetItemCommandOutput = await dynamo.send(
        new BatchGetItemCommand({ RequestItems }),
      );
      for (const entry of (answer.Responses?.[table] ?? []).map(readEntry))
        found.set(entry.key, entry);
      RequestItems = answer.UnprocessedKeys ?? {};
    }
    return found;
  },

  async write(changes, tallies) {
    const added = tallies.filter(
      ({ counts, archived }) => hasNumbers(counts) || archived !== undefined,
    );
    const TransactItems = [
      ...changes.map((change) => putChange(table, change)),
      ...added.map((tally) => addTally(table, tally)),
    ];
    if (TransactItems.length === 0) return undefined;
    for (let tries = 1; ; tries += 1) {
      try {
        await dynamo.send(new TransactWriteItemsCommand({ TransactItems }));
        return undefined;
      } catch (error) {
        if (!(error instanceof TransactionCanceledException)) throw error;
        const reasons = error.CancellationReasons ?? [];
        const refusal = refusalFrom(changes, reasons);
        if (refusal.size > 0) return refusal;
        if (tries === MOST_TRIES || !reasons.some(({ Code = '' }) => PASSING.has(Code)))
          throw error;
        await sleep(Math.random() * 20 * 2 ** tries);
      }
    }
  },
});

const hasNumbers = (counts: Partial<Counts>): boolean =>
  Object.values(counts).some((count) => count !== 0);
