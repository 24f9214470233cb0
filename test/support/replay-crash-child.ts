/**
 * One life of a replay, as the deployed function builds it, that kills itself with SIGKILL at the point
 * KILL_AT. What it says at its end goes to stdout.
 */
import { randomUUID } from 'node:crypto';
import { Logger } from '@aws-lambda-powertools/logger';
import { SQSClient } from '@aws-sdk/client-sqs';
import { LEASE_MS } from '../../functions/replay-dead-letters/batch-context.ts';
import { carryOut } from '../../functions/replay-dead-letters/carry-out.ts';
import { configSchema } from '../../functions/replay-dead-letters/config.ts';
import { buildServices } from '../../functions/replay-dead-letters/dependencies.ts';
import { parseInvocation } from '../../functions/replay-dead-letters/parse-command.ts';
import { createSourceQueue } from '../../functions/replay-dead-letters/source-queue-client.ts';
import { clientSettings } from '../../shared/aws-client/client-settings.ts';
import { readConfig } from '../../shared/handler/read-config.ts';
import { createFaultPoints, withFaultPoints } from './fault-points.ts';

const { env } = process;
/** Copies of the life before come back soon, and its leases are over. */
const VISIBILITY_SECONDS = 3;
const life = Number(env.LIFE);
const now = () => new Date(Date.now() + life * 2 * LEASE_MS);
const end = Date.now() + 60_000;

const services = buildServices(readConfig(configSchema, env));
const faults = createFaultPoints(Number(env.KILL_AT ?? Number.POSITIVE_INFINITY), () =>
  process.kill(process.pid, 'SIGKILL'),
);
const said = await carryOut(
  {
    ...services,
    ledger: withFaultPoints(faults, services.ledger),
    runs: withFaultPoints(faults, services.runs),
    openRoute: (webhook, run) => {
      const { destination, archive, places } = services.openRoute(webhook, run);
      const queue = webhook.deadLetters?.queue ?? '';
      const source = createSourceQueue(new SQSClient(clientSettings()), queue, VISIBILITY_SECONDS);
      const { send } = withFaultPoints(faults, { send: destination.send });
      return {
        source: withFaultPoints(faults, source),
        archive: withFaultPoints(faults, archive),
        destination: { ...destination, send },
        places,
      };
    },
    ...withFaultPoints(faults, {
      handOn: services.handOn,
      askToLook: services.askToLook,
      publish: services.publish,
    }),
  },
  { ...parseInvocation(JSON.parse(env.COMMAND ?? '{}')), eventId: 'the-same-command' },
  {
    now,
    remainingMs: () => end - Date.now(),
    correlationId: randomUUID(),
    log: new Logger({ logLevel: 'SILENT' }),
  },
  60_000,
);
process.stdout.write(JSON.stringify({ said, points: faults.count }));
process.exit(0);
