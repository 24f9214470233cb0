/**
 * npm run bench:wal: check-wal over an archive of 100,000 segments, through its handler: the first scan,
 * the steady state, and what there is to do without it, a listing from the first name to the last.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { ListObjectVersionsCommand, S3Client } from '@aws-sdk/client-s3';
import type { Context } from 'aws-lambda';
import * as z from 'zod';
import { parsePlan } from '../shared/plan/load-plan.ts';
import { median } from './measure.ts';

const SEGMENTS = 100_000;
const NEW_SEGMENTS = 5;
const ROUNDS = 3;
/** What one LIST request to S3 takes from a Lambda in its Region, about. */
const DELAY_MS = 40;
/** What the first 40 bytes of an object take from there. */
const GET_DELAY_MS = 20;
/** The function's own timeout. */
const BUDGET_MS = 240_000;

const PLAN = `
plan: bench
backups:
  wal: { kind: wal, location: "s3://archive/wal/", fresh: { within: 20m } }
`;

if (process.argv.includes('--help')) {
  console.log(`Usage: npm run bench:wal

Checks an archive of ${SEGMENTS} segments on a listing server of its own: the first scan, the steady state,
every header, and a plain listing from the first name to the last. Takes some minutes.`);
  process.exit(0);
}

const say = (text: string): void => console.error(text);
const figure = (name: string, value: number | string): void => console.log(`${name}: ${value}`);

const dir = await mkdtemp(join(tmpdir(), 'lifeboat-bench-wal-'));
const server = spawn(process.execPath, [join(import.meta.dirname, 'wal-server.ts')], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
try {
  const [port] = await once(createInterface(server.stdout), 'line');
  const endpoint = `http://127.0.0.1:${z.string().regex(/^\d+$/).parse(port)}`;
  const { document, plan } = parsePlan(PLAN, { file: 'bench.yml', stage: 'local', env: {} });
  const planFile = join(dir, 'plan.json');
  await writeFile(planFile, JSON.stringify({ digest: plan.digest, document }));
  Object.assign(process.env, {
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_ENDPOINT_URL: endpoint,
    POWERTOOLS_LOG_LEVEL: 'SILENT',
    STAGE: 'local',
    SERVICE: 'check-wal',
    FACTS_TOPIC_ARN: 'arn:aws:sns:us-east-1:000000000000:facts',
    PLAN_FILE: planFile,
    LEDGER_BUCKET: 'ledger',
  });
  const { handler } = await import('../functions/check-wal/handler.ts');

  type Timeline = { timeline: number; from: number; count: number };
  const build = (delayMs: number, timelines: Timeline[], histories: object[] = []) =>
    fetch(`${endpoint}/_build`, {
      method: 'POST',
      body: JSON.stringify({ delayMs, getDelayMs: GET_DELAY_MS, timelines, histories }),
    });
  const answerSchema = z.array(
    z.looseObject({
      check: z.string(),
      verdict: z.string(),
      summary: z.string(),
      measurements: z.array(z.looseObject({ name: z.string(), value: z.number() })),
    }),
  );
  const context = {
    awsRequestId: 'bench',
    getRemainingTimeInMillis: () => BUDGET_MS,
  } satisfies Partial<Context>;
  const check = async (event: object) => {
    const started = performance.now();
    const answer = await Reflect.apply(handler, undefined, [event, context]);
    const ms = performance.now() - started;
    const reports = answerSchema.parse(answer);
    const continuity = reports.find((report) => report.check === 'wal-continuity');
    if (continuity?.verdict !== 'pass') throw new Error(continuity?.summary ?? 'no report');
    const content = reports.find((report) => report.check === 'wal-content');
    if (content?.verdict !== 'pass') throw new Error(content?.summary ?? 'no report');
    const measured = (name: string): number =>
      content.measurements.find((one) => one.name === name)?.value ?? Number.NaN;
    return {
      ms,
      requests: measured('list-requests'),
      gets: measured('get-requests'),
      headers: measured('headers-read'),
    };
  };
  const listAll = async (): Promise<{ ms: number; requests: number }> => {
    const s3 = new S3Client({ forcePathStyle: true });
    let [requests, objects] = [0, 0];
    const started = performance.now();
    let KeyMarker: string | undefined;
    do {
      requests += 1;
      const command = new ListObjectVersionsCommand({ Bucket: 'archive', KeyMarker });
      const { Versions = [], NextKeyMarker } = await s3.send(command);
      objects += Versions.length;
      KeyMarker = NextKeyMarker;
    } while (KeyMarker !== undefined);
    if (objects < SEGMENTS) throw new Error(`${objects} objects were listed`);
    return { ms: performance.now() - started, requests };
  };
  const middle = (runs: { ms: number; requests: number }[]) => ({
    ms: Math.round(median(runs.map(({ ms }) => ms))),
    requests: median(runs.map(({ requests }) => requests)),
  });

  await build(DELAY_MS, [{ timeline: 1, from: 1_000, count: SEGMENTS }]);
  const headers = await check({});
  const rss = Math.round(process.resourceUsage().maxRSS / 1024);
  const served = Number(await (await fetch(`${endpoint}/_gets`)).text());
  say(`Headers: ${Math.round(headers.ms)} ms, ${served} GET requests`);

  const first = [];
  const steady = [];
  const sequential = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    await build(DELAY_MS, [{ timeline: 1, from: 1_000, count: SEGMENTS - NEW_SEGMENTS }]);
    first.push(await check({ rescan: true }));
    await build(DELAY_MS, [{ timeline: 1, from: 1_000, count: SEGMENTS }]);
    steady.push(await check({}));
    sequential.push(await listAll());
    say(
      `Round ${round + 1}: ${[first, steady, sequential].map((runs) => `${Math.round(runs.at(-1)?.ms ?? 0)} ms`).join(', ')}`,
    );
  }
  const switched = [
    { timeline: 1, from: 1_000, count: SEGMENTS },
    { timeline: 2, from: 1_000 + SEGMENTS, count: 10 },
  ];
  const lsn = `${Math.floor((1_000 + SEGMENTS) / 256).toString(16)}/${(((1_000 + SEGMENTS) % 256) * 2 ** 24 + 40).toString(16)}`;
  await build(DELAY_MS, switched, [{ name: '00000002.history', text: `1\t${lsn}\tno reason\n` }]);
  await check({});
  const twoTimelines = await check({});

  const [scan, look, all] = [middle(first), middle(steady), middle(sequential)];
  figure('segments', SEGMENTS);
  figure('server', 'a listing server of its own, since an emulator is filled in minutes');
  figure('answer-delay-ms', DELAY_MS);
  figure('first-scan-ms', scan.ms);
  figure('first-scan-list-requests', scan.requests);
  figure('answer-delay-get-ms', GET_DELAY_MS);
  figure('headers-read', headers.headers);
  figure('headers-seconds', (headers.ms / 1_000).toFixed(1));
  figure('get-requests', served);
  figure('budget-seconds', BUDGET_MS / 1_000);
  figure('headers-max-rss-mb', rss);
  figure('timelines', 1);
  figure('steady-ms', look.ms);
  figure('steady-list-requests', look.requests);
  figure('steady-get-requests', steady.at(-1)?.gets ?? Number.NaN);
  figure('two-timelines-steady-list-requests', twoTimelines.requests);
  figure('sequential-list-ms', all.ms);
  figure('sequential-list-requests', all.requests);
  figure('first-scan-ratio', (all.ms / scan.ms).toFixed(2));
  figure('steady-ratio', (all.ms / look.ms).toFixed(2));
  figure('max-rss-mb', Math.round(process.resourceUsage().maxRSS / 1024));
} finally {
  server.kill();
  await rm(dir, { recursive: true, force: true });
}
