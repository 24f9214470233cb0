import { PutParameterCommand } from '@aws-sdk/client-ssm';
import type { CheckReport } from '../../events/check-reported/v1.ts';
import { loadPlan } from '../../shared/plan/load-plan.ts';
import type { Plan, WebhookPolicy } from '../../shared/plan/plan.ts';
import type { AlertReceiver } from '../alert-receiver.ts';
import type { LocalClients } from '../clients.ts';
import type { Cloud } from '../cloud.ts';
import type { Log } from '../log.ts';
import { openDumper } from '../pg-dump.ts';
import { type LocalPostgres, startPostgres } from '../postgres.ts';
import type { WebhookReceiver } from '../webhook-receiver.ts';
import { SCHEMA, TABLES } from './database.ts';
import { plantedFaults, webhookFaults } from './faults.ts';
import { hearMails, hearReports } from './hear-reports.ts';
import { BACKUPS, COPIES, fullDumpKey, type Source, seal, storeHistory } from './history.ts';
import { isSuccess } from './judge-run.ts';
import { describeTally, endOutage, isWhole, startOutage } from './outage.ts';
import { printReports, printRun } from './print-run.ts';
import { ARCHIVE_COMMAND, createWalShipper } from './ship-wal.ts';
import { createStore } from './store.ts';
import { waitForFindings } from './wait-for-findings.ts';
import { type DemoWebhook, openWebhook } from './webhook.ts';

/** Called when the buckets are there and no function is yet. */
type Prepare = (cloud: { endpoint: string; clients: LocalClients }) => Promise<void>;

type Demo = {
  log: Log;
  receiver: AlertReceiver;
  /** The webhook endpoint of the plan. */
  endpoint: WebhookReceiver;
  planFile: string;
  bringUp: (prepare: Prepare) => Promise<Cloud>;
};

const PASSPHRASE = 'correct horse battery staple';
const SEGMENTS_BEFORE = 4;
const putSecrets = async (
  { ssm }: LocalClients,
  receiver: AlertReceiver,
  databaseUrl: string,
): Promise<void> => {
  const secrets = {
    '/mailblast/backup-key': PASSPHRASE,
    '/mailblast/receiver-database': databaseUrl,
    '/mailblast/slack-webhook': receiver.slackWebhook,
    '/mailblast/pagerduty-routing-key': 'R0UT1NGKEY0000000000000000000000',
    '/mailblast/statuspage-token': 'unused',
  };
  for (const [Name, Value] of Object.entries(secrets)) {
    await ssm.send(new PutParameterCommand({ Name, Value, Type: 'SecureString', Overwrite: true }));
  }
};

/** While Lifeboat watches: segments go on arriving, one is lost, and a dump is cut off in its upload. */
const breakThings = async (
  cloud: Cloud,
  { postgres, dumper }: Source,
  shipper: ReturnType<typeof createWalShipper>,
) => {
  const store = createStore(cloud.endpoint, cloud.clients);
  await shipper.ship();
  const missingSegment = await shipper.ship({ loseLast: true });
  await shipper.ship();
  const sealed = seal(await dumper.dump(), PASSPHRASE);
  const key = fullDumpKey(new Date());
  const body = sealed.subarray(0, Math.floor((sealed.length * 0.6) / 16) * 16);
  const upload = { key, body, storageClass: 'STANDARD_IA' } as const;
  await store({ ...upload, bucket: COPIES });
  await store({ ...upload, bucket: BACKUPS });
  const [row] = await postgres.query('SELECT count(*) AS campaigns FROM campaigns');
  return { missingSegment, truncatedKey: key, campaigns: Number(row?.campaigns) };
};

const emailTopicArn = (factsTopicArn: string): string =>
  factsTopicArn.replace(/facts$/, 'email-email');

/** A real PostgreSQL whose WAL is archived, with MailBlast's tables and real dumps of them. */
const openSource = async (log: Log): Promise<{ source: Source; close: () => Promise<void> }> => {
  log('Starting a PostgreSQL that archives its WAL');
  const postgres: LocalPostgres = await startPostgres({ archiveCommand: ARCHIVE_COMMAND });
  await postgres.query(SCHEMA);
  const dumper = await openDumper(postgres, { schema: SCHEMA, tables: TABLES });
  log(`Dumps are made by ${dumper.by}`);
  const close = async (): Promise<void> => {
    await dumper.close();
    await postgres.stop();
  };
  return { source: { postgres, dumper, passphrase: PASSPHRASE, now: new Date() }, close };
};

/** MailBlast's one webhook, as the plan has it. */
const webhookOf = ({ webhooks: [webhook] }: Plan): WebhookPolicy => {
  if (webhook === undefined) throw new Error('the plan of the demo has no webhook');
  return webhook;
};

/** The whole demo, from an empty machine to a verdict. */
export const runDemo = async ({ log, receiver, endpoint, planFile, bringUp }: Demo) => {
  const { plan } = await loadPlan(planFile, { stage: 'local', env: process.env });
  const policy = webhookOf(plan);
  const { source, close } = await openSource(log);
  try {
    let shipper: ReturnType<typeof createWalShipper> | undefined;
    let webhook: DemoWebhook | undefined;
    let history = { wrongPassphraseKey: '', keyWithoutCopy: '' };
    const cloud = await bringUp(async ({ endpoint: aws, clients }) => {
      await putSecrets(clients, receiver, source.postgres.url);
      const store = createStore(aws, clients);
      log('Filling the buckets with what was there before Lifeboat');
      history = await storeHistory(store, source);
      shipper = createWalShipper(source.postgres, store);
      for (let count = 0; count < SEGMENTS_BEFORE; count += 1) await shipper.ship();
      webhook = await openWebhook(clients, policy, endpoint);
    });
    if (shipper === undefined || webhook === undefined)
      throw new Error('nothing was prepared before the deploy');
    const heard = await hearReports(cloud.clients, cloud.factsTopicArn);
    const mail = await hearMails(cloud.clients, emailTopicArn(cloud.factsTopicArn));
    log('Lifeboat watches. A WAL segment gets lost, and a dump is cut off in its upload');
    const { campaigns, ...broken } = await breakThings(cloud, source, shipper);
    const stage = { cloud, name: policy.name, webhook, receiver: endpoint, log };
    const ids = await startOutage(stage);
    await webhook.forge(cloud.queues['confirm-subscription'] ?? '');
    const { outage, forgery } = webhookFaults(policy.name);
    const faults = [...plantedFaults({ ...history, ...broken }), outage, forgery];
    log('S3 events are at work at once; the schedules, every minute on this stage');
    const ears = { plan, receiver, heard, mail };
    const mended = { fault: outage, mend: () => endOutage(stage, ids) };
    const { run, reports, told, result } = await waitForFindings(ears, faults, mended, log);
    const replayed = result === undefined ? 'not replayed' : describeTally(result);
    const isWell = isSuccess(run) && result !== undefined && isWhole(result);
    const done = (report: CheckReport): string[] => [
      `told: ${told(report).join(', ') || 'nobody yet'}`,
      ...(outage.isFoundBy(report) ? [replayed] : []),
    ];
    const names = [...plan.backups, ...plan.webhooks].map(({ name }) => name);
    const verdict = isWell
      ? `All ${faults.length} faults were found and told, every dead letter was replayed once, and nothing healthy was accused.`
      : 'The demo FAILED.';
    const text = [
      '',
      printReports(reports, names, done),
      '',
      `${faults.length} faults were planted, most of them among the backups of a database of ${campaigns} campaigns:`,
      printRun(run),
      '',
      `The outage: ${replayed}.`,
      '',
      verdict,
    ].join('\n');
    return { text, isSuccess: isWell };
  } finally {
    await close();
  }
};
