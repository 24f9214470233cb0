/**
 * npm run bench:verify: verify-backup against the pipeline of MailBlast's own plan,
 * `curl | openssl enc -d | gunzip -t`, on the same object from the same local server, in turns.
 */
import { mkdtemp, open, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CompleteMultipartUploadCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { CreateTopicCommand } from '@aws-sdk/client-sns';
import { z } from 'zod';
import { localClients } from '../local/clients.ts';
import { startEmulators } from '../local/emulator-pair.ts';
import { endProcess } from '../local/process-record.ts';
import { LOCAL_CREDENTIALS, LOCAL_REGION } from '../local/start-emulators.ts';
import { parsePlan } from '../shared/plan/load-plan.ts';
import { median, runAlone, timeShell } from './measure.ts';
import { writeEncryptedDump } from './verify-data.ts';

const DUMP_BYTES = 1_000_000_000;
const ROUNDS = 3;
const PART_BYTES = 64 * 1024 * 1024;
const PASSPHRASE = 'the passphrase of a bench';
const BUCKET = 'bench-backups';
const KEY = 'db/full/dump.sql.gz';

const PLAN = `
plan: bench
backups:
  full:
    kind: pg-dump
    location: s3://${BUCKET}/db/full/
    encoding: [gzip, { openssl: aes-256-cbc, passphrase: "${PASSPHRASE}" }]
`;

const resultSchema = z.object({
  seconds: z.number(),
  maxRssMb: z.number(),
  answer: z.object({ report: z.looseObject({ verdict: z.string(), summary: z.string() }) }),
});

type Clients = ReturnType<typeof localClients>;

const upload = async ({ s3 }: Clients, file: string): Promise<void> => {
  const target = { Bucket: BUCKET, Key: KEY };
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
};

const say = (text: string): void => console.error(text);

const dir = await mkdtemp(join(tmpdir(), 'lifeboat-bench-'));
const running = await startEmulators(dir, undefined, say);
try {
  const dumpFile = join(dir, 'dump.enc');
  say(`Writing a dump of ${DUMP_BYTES / 1e9} GB, compressed and encrypted as the plan does`);
  await writeEncryptedDump(dumpFile, DUMP_BYTES, PASSPHRASE);
  const clients = localClients(running.endpoint);
  for (const Bucket of [BUCKET, 'bench-ledger'])
    await clients.s3.send(new CreateBucketCommand({ Bucket }));
  const { TopicArn = '' } = await clients.sns.send(new CreateTopicCommand({ Name: 'bench-facts' }));
  await upload(clients, dumpFile);
  const { size } = await stat(dumpFile);
  await rm(dumpFile);

  const { document, plan } = parsePlan(PLAN, { file: 'bench.yml', stage: 'local', env: {} });
  const planFile = join(dir, 'plan.json');
  const jobFile = join(dir, 'job.json');
  await writeFile(planFile, JSON.stringify({ digest: plan.digest, document }));
  await writeFile(jobFile, JSON.stringify({ bucket: BUCKET, key: KEY }));
  const environment = {
    AWS_REGION: LOCAL_REGION,
    AWS_ACCESS_KEY_ID: LOCAL_CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: LOCAL_CREDENTIALS.secretAccessKey,
    AWS_ENDPOINT_URL: running.endpoint,
    POWERTOOLS_LOG_LEVEL: 'SILENT',
    STAGE: 'local',
    SERVICE: 'verify-backup',
    FACTS_TOPIC_ARN: TopicArn,
    PLAN_FILE: planFile,
    LEDGER_BUCKET: 'bench-ledger',
    QUEUE_URL: `${running.endpoint}/000000000000/none`,
    JOB_FILE: jobFile,
  };
  const script = join(import.meta.dirname, 'verify-once.ts');
  const pipeline = `curl -sf ${running.endpoint}/${BUCKET}/${KEY} | openssl enc -d -aes-256-cbc -pass env:PASSPHRASE | gunzip -t`;
  const ours: number[] = [];
  const theirs: number[] = [];
  const memory: number[] = [];
  for (let round = 1; round <= ROUNDS; round += 1) {
    const result = resultSchema.parse(await runAlone(script, environment));
    if (result.answer.report.verdict !== 'pass') throw new Error(result.answer.report.summary);
    ours.push(result.seconds);
    memory.push(result.maxRssMb);
    theirs.push(await timeShell(pipeline, { PASSPHRASE }));
    say(
      `Round ${round}: verify-backup ${ours.at(-1)?.toFixed(2)} s, the pipeline ${theirs.at(-1)?.toFixed(2)} s`,
    );
  }
  console.log(`object-mb: ${(size / 1e6).toFixed(0)}`);
  console.log(`dump-mb: ${DUMP_BYTES / 1e6}`);
  console.log(`verify-backup-seconds: ${median(ours).toFixed(2)}`);
  console.log(`pipeline-seconds: ${median(theirs).toFixed(2)}`);
  console.log(`ratio: ${(median(theirs) / median(ours)).toFixed(2)}`);
  console.log(`max-rss-mb: ${Math.max(...memory).toFixed(0)}`);
} finally {
  for (const record of running.processes) await endProcess(record);
  await rm(dir, { recursive: true, force: true });
}
