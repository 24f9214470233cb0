import type { Plan, StoredBackup } from '../shared/plan/plan.ts';

/** List prices of us-east-1 in US dollars, without any free tier. Yours may differ: change them here. */
export const PRICES = {
  lambdaGbSecond: 0.000_013_333_4,
  lambdaRequest: 0.000_000_2,
  s3List: 0.000_005,
  s3Get: 0.000_000_4,
  s3Put: 0.000_005,
  sqsRequest: 0.000_000_4,
  snsPublish: 0.000_000_5,
  dynamoWrite: 0.000_000_625,
  dynamoRead: 0.000_000_125,
  logGb: 0.5,
  cloudWatchRequest: 0.000_01,
};

export type CostLine = { what: string; dollars: number; because: string };

const DAYS = 30.4;
const A_DAY = { every5Minutes: 288, every15Minutes: 96 };
/** Lambda polls an idle queue with five long polls of twenty seconds at once. */
const POLLS_A_DAY = (5 * 86_400) / 20;
/** What a run takes, measured on the local cloud and rounded up several times for the way to S3. */
const SECONDS = {
  checkBackups: 6,
  checkWal: 2,
  sweep: 1,
  routeReport: 0.3,
  deliver: 1,
  webhook: 1,
};
const GB = { small: 0.5, wal: 1, verify: 1.728 };
/** A careful figure for one vCPU: a quarter of what `npm run bench:verify` reaches. */
const VERIFY_MB_A_SECOND = 15;
const LOG_BYTES_A_RUN = 2_000;

export type Volume = {
  /** Of all backups that one day brings, as they lie in S3. */
  megabytesADay: number;
  /** Alerts that are told on a day, over all channels. */
  deliveriesADay: number;
};

/** Segments that an archive brings on a day: one every two minutes. Each is looked into once. */
const SEGMENTS_A_DAY = 720;

const isStored = (backup: Plan['backups'][number]): backup is StoredBackup => backup.store === 's3';

/** Its subscription, and depth, age and redrive of its dead letters. */
const REPORTS_OF_A_WEBHOOK = 4;

/** One for all of them. */
const REPORTS_OF_OWN_QUEUES = 1;

/** Reports of one run of `check-backups`: about four for every backup. */
const reportsOf = (plan: Plan): number => plan.backups.length * 4;

/**
 * What a plan costs a month, line by line. An estimate from counts of requests; storage of the backups
 * themselves is not Lifeboat's.
 */
export const estimateCost = (plan: Plan, { megabytesADay, deliveriesADay }: Volume): CostLine[] => {
  const stored = plan.backups.filter(isStored);
  const places = stored.reduce((sum, backup) => sum + 1 + backup.copies.length, 0);
  const walArchives = stored.filter(({ kind }) => kind === 'wal').length;
  // Those of verify-backup, confirm-subscription, route-alerts and replay-dead-letters, and one for every channel.
  const queues = 4 + plan.alerts.channels.filter(({ kind }) => kind !== 'statuspage').length;
  const webhooks = plan.webhooks.length;
  const webhookRuns = 2 * A_DAY.every5Minutes;
  const runs = webhookRuns + A_DAY.every15Minutes * 2 + A_DAY.every5Minutes;
  const reportsADay =
    reportsOf(plan) * A_DAY.every15Minutes +
    5 * walArchives * A_DAY.every5Minutes +
    (REPORTS_OF_A_WEBHOOK * webhooks + REPORTS_OF_OWN_QUEUES) * A_DAY.every5Minutes +
    // Whether dead letters lie parked is told once a day.
    webhooks;
  // Every kept object is read when it comes and once more in every reread period of about a month.
  const verifySeconds = (2 * megabytesADay) / VERIFY_MB_A_SECOND;
  const gbSecondsADay =
    GB.small *
      (A_DAY.every15Minutes * SECONDS.checkBackups +
        reportsADay * SECONDS.routeReport +
        deliveriesADay * SECONDS.deliver +
        webhookRuns * SECONDS.webhook) +
    GB.wal * walArchives * A_DAY.every5Minutes * SECONDS.checkWal +
    GB.verify * (A_DAY.every15Minutes * SECONDS.sweep + verifySeconds);
  const listsADay = places * A_DAY.every15Minutes + walArchives * A_DAY.every5Minutes;
  const headsADay = 4 * places * A_DAY.every15Minutes + walArchives * SEGMENTS_A_DAY;
  const ledgerPutsADay =
    stored.length * A_DAY.every15Minutes + (walArchives + 2 * webhooks) * A_DAY.every5Minutes;
  const month = (aDay: number, price: number): number => aDay * DAYS * price;
  return [
    {
      what: 'Lambda',
      dollars:
        month(gbSecondsADay, PRICES.lambdaGbSecond) +
        month(runs + reportsADay + deliveriesADay, PRICES.lambdaRequest),
      because: `${Math.round(gbSecondsADay * DAYS)} GB-seconds, arm64`,
    },
    {
      what: 'S3',
      dollars:
        month(listsADay, PRICES.s3List) +
        month(headsADay, PRICES.s3Get) +
        month(ledgerPutsADay, PRICES.s3Put),
      because: `${Math.round(listsADay * DAYS)} LIST, ${Math.round(headsADay * DAYS)} HEAD and GET, ${Math.round(ledgerPutsADay * DAYS)} PUT to the ledgers`,
    },
    {
      what: 'SQS',
      dollars: month(
        queues * (POLLS_A_DAY + A_DAY.every5Minutes) + 3 * reportsADay,
        PRICES.sqsRequest,
      ),
      because: `${queues} queues that Lambda polls day and night`,
    },
    {
      what: 'SNS',
      dollars: month(reportsADay, PRICES.snsPublish),
      because: `${Math.round(reportsADay * DAYS)} reports`,
    },
    {
      what: 'DynamoDB',
      dollars: month(reportsADay, PRICES.dynamoWrite) + month(2 * reportsADay, PRICES.dynamoRead),
      because: 'one small write and two reads for a report',
    },
    {
      what: 'CloudWatch',
      dollars: month(webhooks * A_DAY.every5Minutes, PRICES.cloudWatchRequest),
      because: 'one figure of each webhook, every five minutes',
    },
    {
      what: 'CloudWatch Logs',
      dollars: month(((runs + reportsADay) * LOG_BYTES_A_RUN) / 1e9, PRICES.logGb),
      because: `${LOG_BYTES_A_RUN} bytes a run`,
    },
  ];
};
