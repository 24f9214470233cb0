import { Logger } from '@aws-lambda-powertools/logger';
import type { Envelope } from '../../events/envelope.ts';
import { type ReplayReport, replayReportSchema } from '../../events/replay-ended/v1.ts';
import { replayRequestSchema } from '../../events/replay-requested/v1.ts';
import { VISIBILITY_SECONDS } from '../../functions/replay-dead-letters/batch-context.ts';
import { carryOut } from '../../functions/replay-dead-letters/carry-out.ts';
import type { Answer } from '../../functions/replay-dead-letters/decide-answer.ts';
import type { Command } from '../../functions/replay-dead-letters/parse-command.ts';
import type { Destination } from '../../functions/replay-dead-letters/ports.ts';
import type { Continuation, Services } from '../../functions/replay-dead-letters/services.ts';
import type { Run as Invocation } from '../../shared/handler/create-handler.ts';
import { parsePlan } from '../../shared/plan/load-plan.ts';
import { type FaultPoints, withFaultPoints } from './fault-points.ts';
import { createMemoryArchive, createMemoryQueue } from './memory-dead-letters.ts';
import { createMemoryLedger } from './memory-replay-ledger.ts';

const TOPIC = 'arn:aws:sns:us-east-1:123456789012:mailblast-email-events';
const START = Date.parse('2026-03-02T02:05:00.000Z');
/** After so long no lease and no hidden copy of a process that died is left, and its command comes again. */
const AFTERLIFE_MS = (VISIBILITY_SECONDS + 1) * 1_000;

const log = new Logger({ logLevel: 'SILENT' });

export const idOf = (index: number): string =>
  `${String(index).padStart(8, '0')}-0000-4000-8000-000000000000`;

export const envelope = (id: string, message = `message ${id}`): string =>
  JSON.stringify({
    Type: 'Notification',
    MessageId: id,
    TopicArn: TOPIC,
    Message: message,
    Timestamp: '2026-03-02T01:00:00.000Z',
  });

const planOf = (receiver: string) =>
  parsePlan(
    `plan: mailblast
webhooks:
  ses-events:
    topic: ${TOPIC}
    endpoint: https://mailblast.example.com/api/webhooks/sns
    receiver: ${receiver}
    dead-letters: { queue: https://sqs.us-east-1.amazonaws.com/123456789012/mailblast-dlq }
`,
    { file: 'test.yml', stage: 'prod', env: {} },
  ).plan;

/**
 * A dead-letter queue, a receiver, and everything that a replay keeps, all in memory and on a clock of their
 * own; and processes that are killed at a chosen moment: from then on nothing they do has any effect.
 */
export const createCrashStage = (
  receiver: 'strict' | 'idempotent',
  send?: Destination['send'],
  publish: Services['publish'] = async () => {},
) => {
  const clock = { ms: START };
  const queue = createMemoryQueue(clock, VISIBILITY_SECONDS);
  const store = createMemoryLedger();
  const { archive, kept, parked, objects } = createMemoryArchive();
  const received = new Map<string, number>();
  const lost: string[] = [];
  /** Commands on the function's own queue, by their runs. */
  const inbox = new Map<string, Command[]>();
  const plan = planOf(receiver);
  const told: string[] = [];
  /** Every time that somebody was asked to tell what lies parked. */
  const looks: string[] = [];
  /** Every time that a run was handed on. */
  const handedOn: (Continuation & { delaySeconds: number })[] = [];

  const destination: Destination = {
    id: 'webhook:https://mailblast.example.com/api/webhooks/sns',
    batch: 1,
    send:
      send ??
      (async (items) =>
        items.map(({ idempotencyKey }): Answer => {
          received.set(idempotencyKey, (received.get(idempotencyKey) ?? 0) + 1);
          return { answer: 'status', status: 200, page: false };
        })),
  };

  /** One process: it shares with others only what is outside of it. */
  const start = (faults: FaultPoints): Services => {
    const source = withFaultPoints(faults, {
      ...queue.source,
      remove: async (copies: Parameters<typeof queue.source.remove>[0]) => {
        for (const { id } of copies) if (!kept.has(id)) lost.push(id);
        return queue.source.remove(copies);
      },
    });
    const sink = withFaultPoints(faults, { send: destination.send });
    return {
      plan,
      stage: 'prod',
      service: 'replay-dead-letters',
      ledger: withFaultPoints(faults, store.ledger),
      runs: withFaultPoints(faults, store.runs),
      openRoute: () => ({
        source,
        archive: withFaultPoints(faults, archive),
        destination: { ...destination, send: sink.send },
        places: { messages: 's3://a/', quarantine: 's3://q/', unknown: 's3://u/' },
      }),
      openView: () => {
        throw new Error('nobody looks at it');
      },
      openParked: () => {
        throw new Error('nobody looks at it');
      },
      ...withFaultPoints(faults, {
        handOn: async (next: Continuation, _: string, delaySeconds: number) => {
          clock.ms += delaySeconds * 1_000;
          handedOn.push({ ...next, delaySeconds });
          const request = replayRequestSchema.parse({ action: 'continue', ...next });
          inbox.get(next.run)?.push({ request });
        },
        askToLook: async (webhook: string) => {
          looks.push(webhook);
        },
        publish: async (facts: readonly Envelope[]) => {
          await publish(facts);
          told.push(...facts.map(({ type }) => type));
        },
      }),
      pollSeconds: 1,
      sleep: async (ms) => {
        clock.ms += ms;
      },
    };
  };

  const invocation = (): Invocation => {
    const end = clock.ms + 300_000;
    return {
      now: () => new Date(clock.ms),
      remainingMs: () => end - clock.ms,
      correlationId: 'crash-test',
      log,
    };
  };

  /** Carries out a command in a process that may be killed. Answers what it said, if it lived to say it. */
  const live = async (command: Command, faults: FaultPoints): Promise<object | 'killed'> =>
    Promise.race([carryOut(start(faults), command, invocation(), 300_000), faults.killed]);

  /**
   * What the function's queue does: hands a run's commands out, each until somebody lives to its end.
   *
   * @param nextLife the fault points of each further process.
   */
  const untilEnded = async (
    run: string,
    nextLife: () => FaultPoints,
    options: object = {},
  ): Promise<ReplayReport> => {
    const request = replayRequestSchema.parse({ webhook: 'ses-events', run, ...options });
    const commands: Command[] = [{ request, eventId: run }];
    inbox.set(run, commands);
    for (let lives = 0; lives < 1_000; lives += 1) {
      const [command] = commands;
      if (command === undefined) throw new Error(`nobody hands ${run} on`);
      const said = await live(command, nextLife());
      if (said === 'killed') {
        // The command was not deleted: it comes again, beside whatever its first life had sent.
        clock.ms += AFTERLIFE_MS;
        continue;
      }
      commands.shift();
      const report = replayReportSchema.safeParse(said);
      if (report.success) return report.data;
    }
    throw new Error(`${run} never ended`);
  };

  const request = (options: object) =>
    replayRequestSchema.parse({ webhook: 'ses-events', ...options });

  return {
    clock,
    queue,
    store,
    received,
    parked,
    objects,
    lost,
    told,
    looks,
    handedOn,
    live,
    untilEnded,
    request,
  };
};
