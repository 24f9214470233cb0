import { parseArgs } from 'node:util';
import { runningIn, startCloud } from './cloud.ts';
import { createProgressLog } from './log.ts';
import { endOnInterrupt, parsePort, runCommand } from './run-command.ts';

const HELP = `Usage: npm run local:up -- --plan FILE [--port N] [--dir DIR]

Starts the cloud on this machine, creates the buckets that the plan names, deploys the plan with
sls deploy --stage local, and writes DIR/cloud.json. Run again, it deploys the plan to what is up.

  --plan FILE   the plan to deploy (default: plans/mailblast.yml)
  --port N      port of the AWS endpoint on 127.0.0.1 (default: the first free one from 4566)
  --dir DIR     where logs and cloud.json go (default: .local); a second cloud needs another one
  --help        this text
`;

await runCommand(HELP, async () => {
  const { values } = parseArgs({
    options: {
      plan: { type: 'string', default: 'plans/mailblast.yml' },
      port: { type: 'string' },
      dir: { type: 'string', default: '.local' },
      config: { type: 'string' },
    },
  });
  const { plan: planFile, dir, config } = values;
  if ((await runningIn(dir)) === undefined) endOnInterrupt(dir);
  const port = values.port === undefined ? undefined : parsePort(values.port);
  const cloud = await startCloud({ planFile, port, dir, config, log: createProgressLog() });
  const folder = dir === '.local' ? '' : ` -- --dir ${dir}`;
  console.log(`
  endpoint      ${cloud.endpoint}    (any credentials; region ${cloud.region})
  RDS           ${cloud.rdsEndpoint}
  facts topic   ${cloud.factsTopicArn}
  functions     ${Object.values(cloud.functions).join(', ')}
  buckets       ${cloud.buckets.join(', ') || 'none'}

For aws and sls, which would go to AWS itself without it:
  export AWS_ENDPOINT_URL=${cloud.endpoint} AWS_REGION=${cloud.region} AWS_DEFAULT_REGION=${cloud.region} AWS_ACCESS_KEY_ID=any AWS_SECRET_ACCESS_KEY=any

End it with: npm run local:down${folder}`);
});
