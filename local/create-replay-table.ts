import { CreateTableCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';

/** The ledger of replay-dead-letters as the deploy makes it, for who runs the function without a deploy. */
export const createReplayTable = async (
  dynamodb: DynamoDBClient,
  TableName: string,
): Promise<string> => {
  await dynamodb.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [
        { AttributeName: 'pk', AttributeType: 'S' },
        { AttributeName: 'sk', AttributeType: 'S' },
      ],
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
    }),
  );
  return TableName;
};
