import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startAlertReceiver } from './alert-receiver.ts';
import { type Cloud, runningIn, startCloud, stopCloud } from './cloud.ts';
import { writeDemoPlan } from './demo/demo-plan.ts';
import { runDemo } from './demo/run-demo.ts';
import { createProgressLog } from './log.ts';
import { endOnInterrupt, parsePort, runCommand } from './run-command.ts';
import { startWebhookReceiver } from './webhook-receiver.ts';

const HELP = `Usage: npm start [-- --keep] [-- --port N]

Brings up the cloud on this machine with MailBlast's plan, makes real backups of a real PostgreSQL,
breaks five things, takes the webhook endpoint down and forges a confirmation, and shows that each is
found, told to the right people, and nothing else accused, and that every event of the outage is replayed
once. Exit code 0 only then.

  --keep        leave the cloud running afterwards (end it with npm run local:down)
  --port N      port of the AWS endpoint on 127.0.0.1 (default: the first free one from 4566)
  --dir DIR     where logs and cloud.json go (default: .local)
  --help        this text
`;

const PLAN = join(import.meta.dirname, '..', 'plans', 'mailblast.yml');

await runCommand(HELP, async () => {
  const { values } = parseArgs({
    options: {
      keep: { type: 'boolean', default: false },
      port: { type: 'string' },
      dir: { type: 'string', default: '.local' },
    },
  });
  const { dir, keep } = values;
  const port = values.port === undefined ? undefined : parsePort(values.port);
  if ((await runningIn(dir)) !== undefined) {
    throw new Error(
      `A cloud is up in ${dir} already. End it with npm run local:down, or take another --dir.`,
    );
  }
  endOnInterrupt(dir);
  const log = createProgressLog();
  const receiver = await startAlertReceiver();
  const endpoint = await startWebhookReceiver();
  let cloud: Cloud | undefined;
  try {
    const planFile = await writeDemoPlan(PLAN, join(dir, 'demo'), {
      pagerdutyUrl: receiver.pagerdutyUrl,
      webhookUrl: endpoint.url,
    });
    const demo = await runDemo({
      log,
      receiver,
      endpoint,
      planFile,
      bringUp: async (prepare) => {
        cloud = await startCloud({ planFile, port, dir, log, prepare });
        return cloud;
      },
    });
    console.log(demo.text);
    if (!demo.isSuccess) process.exitCode = 1;
  } finally {
    await Promise.all([receiver.close(), endpoint.close()]);
    if (keep && cloud !== undefined) {
      console.log(
        `\nThe cloud goes on at ${cloud.endpoint}; Slack, PagerDuty and the webhook endpoint do not. End it with: npm run local:down`,
      );
    } else {
      await stopCloud(dir);
    }
  }
});
