import { PutParameterCommand } from '@aws-sdk/client-ssm';
import type { CheckReport } from '../../events/check-reported/v1.ts';
import { loadPlan } from '../../shared/plan/load-plan.ts';
import type { Plan } from '../../shared/plan/plan.ts';
import type { AlertReceiver } from '../alert-receiver.ts';
import type { LocalClients } from '../clients.ts';
import type { Cloud } from '../cloud.ts';
import type { Log } from '../log.ts';
import { openDumper } from '../pg-dump.ts';
import { type LocalPostgres, startPostgres } from '../postgres.ts';
import { waitUntil } from '../wait-until.ts';
import { SCHEMA, TABLES } from './database.ts';
import { type Fault, plantedFaults } from './faults.ts';
import { hearMails, hearReports } from './hear-reports.ts';
import { BACKUPS, COPIES, fullDumpKey, type Source, seal, storeHistory } from './history.ts';
import { isSuccess, judgeRun, type Run, type Told } from './judge-run.ts';
import { printReports, printRun } from './print-run.ts';
import { ARCHIVE_COMMAND, createWalShipper } from './ship-wal.ts';
import { createStore } from './store.ts';

/** Called when the buckets are there and no function is yet. */
type Prepare = (cloud: { endpoint: string; clients: LocalClients }) => Promise<void>;

type Demo = {
  log: Log;
  receiver: AlertReceiver;
  bringUp: (prepare: Prepare) => Promise<Cloud>;
};

const PASSPHRASE = 'correct horse battery staple';
const SEGMENTS_BEFORE = 4;
const DEADLINE_MS = 150_000;
/** Checks run every minute on this stage; each must have run after the last thing was done. */
const CHECKS = [
  'backup-freshness',
  'backup-retention',
  'backup-copy',
  'wal-continuity',
  'wal-freshness',
];

const putSecrets = async ({ ssm }: LocalClients, receiver: AlertReceiver): Promise<void> => {
  const secrets = {
    '/mailblast/backup-key': PASSPHRASE,
    '/mailblast/slack-webhook': receiver.slackWebhook,
    '/mailblast/pagerduty-routing-key': 'R0UT1NGKEY0000000000000000000000',
    '/mailblast/statuspage-token': 'unused',
  };
  for (const [Name, Value] of Object.entries(secrets)) {
    await ssm.send(new PutParameterCommand({ Name, Value, Type: 'SecureString', Overwrite: true }));
  }
};

/** Which channels of the plan have heard of a report: by what arrived at them, not by what was sent. */
const toldBy = (receiver: AlertReceiver, mails: string[], planName: string): Told => {
  const arrived = (kind: string): string[] =>
    receiver.received
      .filter((one) => one.kind === kind && one.status < 300)
      .map(({ text }) => text);
  const speaksOf =
    ({ check, subject }: CheckReport) =>
    (text: string) =>
      text.includes(check) && text.includes(subject.id) && text.includes(planName);
  return (report) =>
    Object.entries({
      email: mails,
      slack: arrived('slack'),
      pagerduty: arrived('pagerduty'),
    }).flatMap(([channel, texts]) => (texts.some(speaksOf(report)) ? [channel] : []));
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

const isComplete = (run: Run, reports: CheckReport[], since: Date): boolean =>
  isSuccess(run) &&
  CHECKS.every((check) => {
    const own = reports.filter((report) => report.check === check);
    return own.length > 0 && own.every(({ checkedAt }) => checkedAt > since.toISOString());
  });

type Ears = {
  plan: Plan;
  receiver: AlertReceiver;
  heard: Awaited<ReturnType<typeof hearReports>>;
  mail: Awaited<ReturnType<typeof hearMails>>;
};

/** Waits until every fault was found and told, or time is up. */
const waitForFindings = async (
  { plan, receiver, heard, mail }: Ears,
  faults: Fault[],
  log: Log,
) => {
  const since = new Date();
  const told = toldBy(receiver, mail.mails, plan.name);
  const judge = (): Run => judgeRun(heard.reports(), faults, told, plan.alerts.routes);
  let lately = '';
  const look = async () => {
    await Promise.all([heard.listen(), mail.listen()]);
    const run = judge();
    const now = `${heard.reports().length} reports, ${run.found.length} of ${faults.length} faults found, ${receiver.received.length + mail.mails.length} alerts received`;
    if (now !== lately) log(now);
    lately = now;
    return isComplete(run, heard.reports(), since) ? true : undefined;
  };
  await waitUntil(look, {
    deadlineMs: DEADLINE_MS,
    everyMs: 1_000,
    what: 'the end of the demo',
  }).catch((error: Error) => log(error.message));
  return { run: judge(), told };
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

/** The whole demo, from an empty machine to a verdict. */
export const runDemo = async ({ log, receiver, bringUp }: Demo) => {
  const { source, close } = await openSource(log);
  try {
    let shipper: ReturnType<typeof createWalShipper> | undefined;
    let history = { wrongPassphraseKey: '', keyWithoutCopy: '' };
    const cloud = await bringUp(async ({ endpoint, clients }) => {
      await putSecrets(clients, receiver);
      const store = createStore(endpoint, clients);
      log('Filling the buckets with what was there before Lifeboat');
      history = await storeHistory(store, source);
      shipper = createWalShipper(source.postgres, store);
      for (let count = 0; count < SEGMENTS_BEFORE; count += 1) await shipper.ship();
    });
    if (shipper === undefined) throw new Error('the buckets were never filled');
    const { plan } = await loadPlan(cloud.planFile, { stage: 'local', env: process.env });
    const heard = await hearReports(cloud.clients, cloud.factsTopicArn);
    const mail = await hearMails(cloud.clients, emailTopicArn(cloud.factsTopicArn));
    log('Lifeboat watches. A WAL segment gets lost, and a dump is cut off in its upload');
    const { campaigns, ...broken } = await breakThings(cloud, source, shipper);
    const faults = plantedFaults({ ...history, ...broken });
    log('S3 events are at work at once; the schedules, every minute on this stage');
    const { run, told } = await waitForFindings({ plan, receiver, heard, mail }, faults, log);
    const names = plan.backups.map(({ name }) => name);
    const verdict = isSuccess(run)
      ? `All ${faults.length} faults were found and told; nothing healthy was accused.`
      : 'The demo FAILED.';
    const text = [
      '',
      printReports(heard.reports(), names, told),
      '',
      `${faults.length} faults were planted among the backups of a database of ${campaigns} campaigns:`,
      printRun(run),
      '',
      verdict,
    ].join('\n');
    return { text, isSuccess: isSuccess(run) };
  } finally {
    await close();
  }
};
