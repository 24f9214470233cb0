import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { SSMClient } from '@aws-sdk/client-ssm';
import { clientSettings } from '../shared/aws-client/client-settings.ts';
import { LOCAL_CREDENTIALS, LOCAL_REGION } from './start-emulators.ts';

/** Clients for the emulator at an address of this machine, whatever the user's AWS settings are. */
export const localClients = (endpoint: string) => {
  const settings = {
    ...clientSettings(),
    endpoint,
    region: LOCAL_REGION,
    credentials: LOCAL_CREDENTIALS,
  };
  return {
    s3: new S3Client({ ...settings, forcePathStyle: true }),
    sqs: new SQSClient(settings),
    sns: new SNSClient(settings),
    ssm: new SSMClient(settings),
    dynamodb: new DynamoDBClient(settings),
  };
};

export type LocalClients = ReturnType<typeof localClients>;
