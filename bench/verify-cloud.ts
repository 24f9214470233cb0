import { open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  CompleteMultipartUploadCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { CreateTopicCommand } from '@aws-sdk/client-sns';
import * as z from 'zod';
import { localClients } from '../local/clients.ts';
import { LOCAL_CREDENTIALS, LOCAL_REGION } from '../local/start-emulators.ts';
import { parsePlan } from '../shared/plan/load-plan.ts';
import { bundleScript } from './bundle-script.ts';
import { runAlone } from './measure.ts';

const BUCKET = 'bench-backups';
const LEDGER = 'bench-ledger';
const PART_BYTES = 64 * 1024 * 1024;

const resultSchema = z.object({
  seconds: z.number(),
  maxRssMb: z.number(),
  answer: z.object({ report: z.looseObject({ verdict: z.string(), summary: z.string() }) }),
});

const planOf = (passphrase: string): string => `
plan: bench
backups:
  plain:
    kind: pg-dump
    location: s3://${BUCKET}/plain/
    encoding: [gzip, { openssl: aes-256-cbc, passphrase: "${passphrase}" }]
  custom:
    kind: pg-dump
    location: s3://${BUCKET}/custom/
`;

export type BenchCloud = {
  /** @returns the object's address for curl. */
  upload: (file: string, key: string) => Promise<string>;
  /** One invocation of verify-backup in a Node of its own; the verdict must be "pass". */
  verify: (key: string) => Promise<{ seconds: number; maxRssMb: number }>;
};

/** Buckets, plan and environment of a verify-backup that reads what is uploaded here. */
export const openBenchCloud = async (
  endpoint: string,
  dir: string,
  passphrase: string,
): Promise<BenchCloud> => {
  const { s3, sns } = localClients(endpoint);
  for (const Bucket of [BUCKET, LEDGER]) await s3.send(new CreateBucketCommand({ Bucket }));
  const { TopicArn = '' } = await sns.send(new CreateTopicCommand({ Name: 'bench-facts' }));
  const source = { file: 'bench.yml', stage: 'local', env: {} };
  const { document, plan } = parsePlan(planOf(passphrase), source);
  const planFile = join(dir, 'plan.json');
  const jobFile = join(dir, 'job.json');
  await writeFile(planFile, JSON.stringify({ digest: plan.digest, document }));
  const environment = {
    AWS_REGION: LOCAL_REGION,
    AWS_ACCESS_KEY_ID: LOCAL_CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: LOCAL_CREDENTIALS.secretAccessKey,
    AWS_ENDPOINT_URL: endpoint,
    POWERTOOLS_LOG_LEVEL: 'SILENT',
    STAGE: 'local',
    SERVICE: 'verify-backup',
    FACTS_TOPIC_ARN: TopicArn,
    PLAN_FILE: planFile,
    LEDGER_BUCKET: LEDGER,
    QUEUE_URL: `${endpoint}/000000000000/none`,
    JOB_FILE: jobFile,
  };

  const bundle = await bundleScript(join(import.meta.dirname, 'verify-once.ts'), dir);

  const upload = async (file: string, Key: string): Promise<string> => {
    const target = { Bucket: BUCKET, Key };
    const { UploadId } = await s3.send(new CreateMultipartUploadCommand(target));
    const input = await open(file);
    const { size } = await input.stat();
    const Parts = [];
    for (let first = 0, PartNumber = 1; first < size; first += PART_BYTES, PartNumber += 1) {
      const Body = Buffer.alloc(Math.min(PART_BYTES, size - first));
      await input.read(Body, 0, Body.length, first);
      const { ETag } = await s3.send(
        new UploadPartCommand({ ...target, UploadId, PartNumber, Body }),
      );
      Parts.push({ ETag, PartNumber });
    }
    await input.close();
    await s3.send(
      new CompleteMultipartUploadCommand({ ...target, UploadId, MultipartUpload: { Parts } }),
    );
    return `${endpoint}/${BUCKET}/${Key}`;
  };

  return {
    upload,
    verify: async (key) => {
      await writeFile(jobFile, JSON.stringify({ bucket: BUCKET, key }));
      const { answer, ...figures } = resultSchema.parse(await runAlone(bundle, environment));
      if (answer.report.verdict !== 'pass') throw new Error(answer.report.summary);
      return figures;
    },
  };
};
