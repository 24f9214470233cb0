/**
 * npm run bench:replay: the same dead letters, on the same local queue in the same run, replayed to the
 * webhook that missed them by replay-dead-letters with its ledger and archive, MailBlast's shell loop,
 * lumigo-cli's replay-sqs-dlq and a plain mover without a ledger; the last two to a queue as well.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import { startEmulators } from '../local/emulator-pair.ts';
import { endProcess } from '../local/process-record.ts';
import { bundleScript } from './bundle-script.ts';
import { median, runAlone, timeWork } from './measure.ts';
import { openReplayCloud, type Receiver, type ReplayCloud, startReceiver } from './replay-cloud.ts';
import { openReplayFunction, type ReplayFunction } from './replay-function.ts';
import { measureMemory } from './replay-memory.ts';
import { installLumigo, missingTools, runLumigo, runShellLoop } from './replay-peers.ts';

const MESSAGES = 3_000;
const SHELL_CALLS = 3;
const ROUNDS = 3;
const MEMORY_MESSAGES = [1_000, 10_000, 100_000];
/** Without `--whole`, what takes minutes is left out. */
const isWhole = process.argv.includes('--whole');

if (process.argv.includes('--help')) {
  console.log(`Usage: npm run bench:replay [-- --whole]

Replays ${MESSAGES} dead letters, ${ROUNDS} times each, by replay-dead-letters and by what one would take instead, on a
cloud of its own. aws, jq and curl must be here for MailBlast's shell loop; lumigo-cli is fetched once
into .local/bench (450 MB).

  --whole   measures memory over ${MEMORY_MESSAGES.join(', ')} messages, not over the first two alone`);
  process.exit(0);
}

const say = (text: string): void => console.error(text);
const figure = (name: string, value: number | string): void => console.log(`${name}: ${value}`);
const resultSchema = z.object({ messages: z.number(), seconds: z.number(), maxRssMb: z.number() });

type Bench = { cloud: ReplayCloud; receiver: Receiver; mover: string };

/** Messages per second of one way to replay; the endpoint or the queue must have got every message. */
const rateOf = async (
  { cloud, receiver }: Bench,
  to: 'webhook' | 'queue',
  replay: () => Promise<number>,
): Promise<number> => {
  await receiver.reset();
  const before = await cloud.count(cloud.target);
  await cloud.fill(MESSAGES);
  const seconds = await replay();
  const arrived =
    to === 'webhook'
      ? (await receiver.counts()).distinct
      : (await cloud.count(cloud.target)) - before;
  if (arrived !== MESSAGES) throw new Error(`${arrived} of ${MESSAGES} messages arrived`);
  return MESSAGES / seconds;
};

const runMover = async ({ cloud, mover }: Bench, destination: string): Promise<number> => {
  const environment = {
    ENDPOINT: cloud.endpoint,
    QUEUE_URL: cloud.deadLetters,
    DESTINATION: destination,
  };
  return resultSchema.parse(await runAlone(mover, environment)).seconds;
};

/** Ten messages a call, of which it deletes none: a few calls tell what a message costs. */
const measureShell = async ({ cloud, receiver }: Bench): Promise<number> => {
  const missing = await missingTools();
  if (missing.length > 0) {
    figure('shell-loop', `not measured: ${missing.join(', ')} is not on this machine`);
    return Number.NaN;
  }
  await receiver.reset();
  await cloud.fill(SHELL_CALLS * 10);
  let spent = 0;
  for (let call = 0; call < SHELL_CALLS; call += 1) spent += await runShellLoop(cloud);
  const { requests, broken } = await receiver.counts();
  figure('shell-loop-messages', requests);
  figure('shell-loop-messages-broken', broken);
  figure('shell-loop-messages-deleted', SHELL_CALLS * 10 - (await cloud.count(cloud.deadLetters)));
  await cloud.empty();
  return requests / spent;
};

/**
 * How long it takes on an empty queue: the start of Node, and how often it asks again before it believes that
 * nothing more comes. Both are no part of a rate.
 */
const measureEmpty = async (name: string, replay: () => Promise<unknown>): Promise<number> => {
  const empty: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) empty.push(await timeWork(replay));
  figure(`${name}-empty-seconds`, median(empty).toFixed(2));
  return median(empty);
};

const createLumigo = async ({ cloud, receiver }: Bench) => {
  if ((await installLumigo(say)) === undefined) {
    figure('lumigo', 'not measured: the registry does not give it');
    return undefined;
  }
  const toQueue = { type: 'SQS', name: 'bench-target' } as const;
  // It reaches a webhook through a topic that the webhook is subscribed to.
  const toTopic = { type: 'SNS', name: 'bench-replayed' } as const;
  const empty = await measureEmpty('lumigo', () => runLumigo(cloud, toQueue));
  return {
    webhook: async () => {
      // Those that it published last may come to the endpoint after its end.
      const all = timeWork(() => receiver.waitFor(MESSAGES));
      const own = await timeWork(() => runLumigo(cloud, toTopic));
      return Math.max(await all, own) - empty;
    },
    queue: async () => (await timeWork(() => runLumigo(cloud, toQueue))) - empty,
  };
};

const createReplay = async ({ cloud }: Bench, replay: ReplayFunction) => {
  const empty = await measureEmpty('replay', replay);
  return async (): Promise<number> => {
    const spent = (await timeWork(replay)) - empty;
    const left = await cloud.count(cloud.deadLetters);
    if (left > 0) throw new Error(`${left} messages are still in the queue`);
    return spent;
  };
};

type Way = { name: string; to: 'webhook' | 'queue'; replay: () => Promise<number> };

const compare = async (bench: Bench, replay: ReplayFunction): Promise<void> => {
  const { cloud } = bench;
  const shell = await measureShell(bench);
  const lumigo = await createLumigo(bench);
  const runReplay = await createReplay(bench, replay);
  const ways: Way[] = [
    { name: 'replay', to: 'webhook', replay: runReplay },
    { name: 'mover-webhook', to: 'webhook', replay: () => runMover(bench, cloud.webhook) },
    { name: 'mover-queue', to: 'queue', replay: () => runMover(bench, cloud.target) },
  ];
  if (lumigo !== undefined) {
    ways.push({ name: 'lumigo-webhook', to: 'webhook', replay: lumigo.webhook });
    ways.push({ name: 'lumigo-queue', to: 'queue', replay: lumigo.queue });
  }
  const rates = new Map<string, number[]>();
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const way of ways) {
      const rate = await rateOf(bench, way.to, way.replay);
      rates.set(way.name, [...(rates.get(way.name) ?? []), rate]);
      say(`Round ${round + 1}, ${way.name}: ${rate.toFixed(0)} messages/s`);
    }
  }
  const rate = (name: string): number => median(rates.get(name) ?? []);
  figure('shell-loop-per-second', shell.toFixed(1));
  for (const name of rates.keys()) figure(`${name}-per-second`, rate(name).toFixed(0));
  figure('vs-shell', (rate('replay') / shell).toFixed(1));
  figure('vs-lumigo', (rate('replay') / rate('lumigo-webhook')).toFixed(2));
  figure('vs-mover', (rate('replay') / rate('mover-webhook')).toFixed(2));
};

const dir = await mkdtemp(join(tmpdir(), 'lifeboat-bench-replay-'));
const receiver = await startReceiver();
const running = await startEmulators(dir, undefined, say);
const cleanUp = async (): Promise<void> => {
  receiver.close();
  for (const record of running.processes) await endProcess(record);
  await rm(dir, { recursive: true, force: true });
};
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => cleanUp().finally(() => process.exit(1)));
}
try {
  const cloud = await openReplayCloud(running.endpoint, receiver);
  const replay = await openReplayFunction(cloud, dir);
  figure('messages', MESSAGES);
  const mover = await bundleScript(join(import.meta.dirname, 'replay-mover.ts'), dir);
  await compare({ cloud, receiver, mover }, replay);
  for (const messages of isWhole ? MEMORY_MESSAGES : MEMORY_MESSAGES.slice(0, 2)) {
    const memory = await measureMemory(cloud, receiver, replay, messages);
    say(`${messages} messages: ${memory.seconds.toFixed(0)} s, ${memory.invocations} invocations`);
    figure(`max-rss-mb-${messages}`, memory.maxRssMb.toFixed(0));
    figure(`heap-mb-${messages}`, memory.heapMb.toFixed(0));
  }
} finally {
  await cleanUp();
}
