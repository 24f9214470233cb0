import {
  type AttributeValue,
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import { type AlertState, alertStateSchema } from './alert-state.ts';
import { type OutboxEntry, outboxEntrySchema } from './outbox.ts';

/** What is kept of one alert. Version 0 = nothing yet. */
export type AlertRecord = {
  version: number;
  state: AlertState | undefined;
  outbox: OutboxEntry[];
};

export type AlertStore = {
  /** Sees every write that came before it. A record that cannot be read counts as none. */
  read(alertId: string): Promise<AlertRecord>;
  /**
   * Writes only over the version that was read, and makes it version + 1. Answers false when another
   * writer was first: nothing is written then, and the caller reads again.
   */
  write(alertId: string, next: AlertRecord, now: Date): Promise<boolean>;
};

/** How long an alert that is over is remembered. */
const KEEP_SECONDS = 30 * 86_400;

const recordSchema = z.object({
  state: alertStateSchema.optional(),
  outbox: z.array(outboxEntrySchema),
});

const parseRecord = (text: string): Omit<AlertRecord, 'version'> => {
  try {
    const { state, outbox } = recordSchema.parse(JSON.parse(text));
    return { state, outbox };
  } catch {
    return { state: undefined, outbox: [] };
  }
};

/** An open alert, or one with something left to send, never expires. */
const expiry = ({ state, outbox }: AlertRecord, now: Date): Record<string, AttributeValue> =>
  state?.incident === undefined && outbox.length === 0
    ? { expiresAt: { N: String(Math.floor(now.getTime() / 1_000) + KEEP_SECONDS) } }
    : {};

export const createAlertStore = (dynamo: DynamoDBClient, table: string): AlertStore => ({
  async read(alertId) {
    const { Item } = await dynamo.send(
      new GetItemCommand({
        TableName: table,
        Key: { alertId: { S: alertId } },
        ConsistentRead: true,
      }),
    );
    if (Item === undefined) return { version: 0, state: undefined, outbox: [] };
    return { version: Number(Item.version?.N ?? 0), ...parseRecord(Item.record?.S ?? '') };
  },

  async write(alertId, next, now) {
    const { version, state, outbox } = next;
    try {
      await dynamo.send(
        new PutItemCommand({
          TableName: table,
          Item: {
            alertId: { S: alertId },
            version: { N: String(version + 1) },
            // For people who look into the table; the function reads `record` alone.
            standing: { S: state?.incident?.level ?? 'closed' },
            record: { S: JSON.stringify({ state, outbox }) },
            ...expiry(next, now),
          },
          ConditionExpression: 'attribute_not_exists(alertId) OR version = :read',
          ExpressionAttributeValues: { ':read': { N: String(version) } },
        }),
      );
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  },
});
