import { S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SNSClient } from '@aws-sdk/client-sns';
import { SSMClient } from '@aws-sdk/client-ssm';
import { clientSettings } from '../../shared/aws-client/client-settings.ts';
import { createJsonLedger } from '../../shared/json-ledger/json-ledger.ts';
import { readBundledPlan } from '../../shared/plan/bundled-plan.ts';
import { createFactPublisher } from '../../shared/publish/fact-publisher.ts';
import { createSecretReader } from '../../shared/secrets/secret-reader.ts';
import { createArchiveClient } from './archive-client.ts';
import type { Services } from './check-wal.ts';
import type { Config } from './config.ts';
import { createCursorStore } from './cursor-store.ts';
import { createDirectGet } from './direct-get.ts';
import { SOCKETS } from './read-headers.ts';

export const buildServices = (config: Config): Services => {
  const settings = clientSettings();
  // Doing without the memory is better than waiting for it until no time is left to look.
  const ledger = new S3Client(clientSettings({ answerMs: 4_000, attempts: 2 }));
  const s3 = new S3Client({ ...settings, followRegionRedirects: true });
  // Kept between invocations, as the SDK keeps its own.
  const get = createDirectGet(SOCKETS);
  return {
    plan: readBundledPlan(config.PLAN_FILE),
    region: config.AWS_REGION,
    stage: config.STAGE,
    service: config.SERVICE,
    openArchive: (location, signal) => createArchiveClient(s3, location, signal, get),
    readSecret: createSecretReader({
      ssm: new SSMClient(settings),
      secretsManager: new SecretsManagerClient(settings),
    }),
    cursors: createCursorStore(createJsonLedger(ledger, config.LEDGER_BUCKET)),
    publish: createFactPublisher(new SNSClient(settings), config.FACTS_TOPIC_ARN),
  };
};
