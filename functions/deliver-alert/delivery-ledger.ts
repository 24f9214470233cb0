import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import type { Memory } from './decide-delivery.ts';

/** One attempt's right to tell a channel about an incident, and what that channel was told before. */
export type Claim = { key: string; owner: string; memory: Memory | undefined };

/**
 * What each channel was told of each incident. Deliveries of one incident to one channel go one at a
 * time: a reminder that is under way while the resolve goes out would open the incident again.
 */
export type DeliveryLedger = {
  /** Answers `busy` while another attempt holds the claim and is not overdue. */
  claim(key: string, owner: string, now: Date): Promise<Claim | 'busy'>;
  /**
   * Writes down what was told and gives the claim back. Does nothing where the claim went to somebody
   * else meanwhile; that one then tells it again.
   */
  settle(claim: Claim, memory: Memory, now: Date): Promise<void>;
  /** Gives the claim back with nothing told. */
  release(claim: Claim): Promise<void>;
};

/** Longer than the function may run, shorter than its messages are invisible. */
export const CLAIM_SECONDS = 60;
const KEEP_SECONDS = 30 * 86_400;

const memorySchema = z.object({
  deliveryId: z.string(),
  observedAt: z.iso.datetime(),
  resolved: z.boolean(),
  credentials: z.array(z.string()),
});

const parseMemory = (text: string | undefined): Memory | undefined => {
  try {
    return text === undefined ? undefined : memorySchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
};

const seconds = (now: Date, more: number) => ({
  N: String(Math.floor(now.getTime() / 1_000) + more),
});

/** False where the condition does not hold. */
const tryUpdate = async <T>(update: Promise<T>): Promise<T | false> => {
  try {
    return await update;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
};

export const createDeliveryLedger = (dynamo: DynamoDBClient, table: string): DeliveryLedger => ({
  async claim(key, owner, now) {
    const claimed = await tryUpdate(
      dynamo.send(
        new UpdateItemCommand({
          TableName: table,
          Key: { incident: { S: key } },
          UpdateExpression: 'SET claimedBy = :owner, claimedUntil = :until, expiresAt = :expiry',
          ConditionExpression: 'attribute_not_exists(claimedUntil) OR claimedUntil <= :now',
          ExpressionAttributeValues: {
            ':owner': { S: owner },
            ':now': seconds(now, 0),
            ':until': seconds(now, CLAIM_SECONDS),
            ':expiry': seconds(now, KEEP_SECONDS),
          },
          ReturnValues: 'ALL_NEW',
        }),
      ),
    );
    if (claimed === false) return 'busy';
    return { key, owner, memory: parseMemory(claimed.Attributes?.memory?.S) };
  },

  async settle({ key, owner }, memory, now) {
    await tryUpdate(
      dynamo.send(
        new UpdateItemCommand({
          TableName: table,
          Key: { incident: { S: key } },
          UpdateExpression:
            'SET memory = :memory, expiresAt = :expiry REMOVE claimedBy, claimedUntil',
          ConditionExpression: 'claimedBy = :owner',
          ExpressionAttributeValues: {
            ':owner': { S: owner },
            ':memory': { S: JSON.stringify(memory) },
            ':expiry': seconds(now, KEEP_SECONDS),
          },
        }),
      ),
    );
  },

  async release({ key, owner }) {
    await tryUpdate(
      dynamo.send(
        new UpdateItemCommand({
          TableName: table,
          Key: { incident: { S: key } },
          UpdateExpression: 'REMOVE claimedBy, claimedUntil',
          ConditionExpression: 'claimedBy = :owner',
          ExpressionAttributeValues: { ':owner': { S: owner } },
        }),
      ),
    );
  },
});
