import { execFile } from 'node:child_process';
import { access } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { LOCAL_CREDENTIALS, LOCAL_REGION } from '../local/start-emulators.ts';
import type { ReplayCloud } from './replay-cloud.ts';

const run = promisify(execFile);
const LUMIGO = 'lumigo-cli@0.48.4';
const LUMIGO_DIR = resolve(import.meta.dirname, '..', '.local', 'bench', LUMIGO);

const awsEnvironment = (endpoint: string) => ({
  ...process.env,
  AWS_ENDPOINT_URL: endpoint,
  AWS_ACCESS_KEY_ID: LOCAL_CREDENTIALS.accessKeyId,
  AWS_SECRET_ACCESS_KEY: LOCAL_CREDENTIALS.secretAccessKey,
  AWS_DEFAULT_REGION: LOCAL_REGION,
  AWS_REGION: LOCAL_REGION,
});

/**
 * replay-sns-events.sh of MailBlast's plan; its two addresses are those of this run, the rest stands there.
 * For SQS, version 1 of the AWS CLI looks at no AWS_ENDPOINT_URL, so that is said before.
 */
const shellLoop = ({ deadLetters, webhook }: ReplayCloud): string => `
aws() { command aws --endpoint-url "$AWS_ENDPOINT_URL" "$@"; }
# Process DLQ messages
aws sqs receive-message \\
  --queue-url ${deadLetters} \\
  --max-number-of-messages 10 | \\
  jq -r '.Messages[] | .Body' | \\
  while read event; do
    # Replay event to webhook endpoint
    curl -X POST ${webhook} \\
      -H "Content-Type: application/json" \\
      -d "$event"
  done
`;

export const SHELL_TOOLS = ['aws', 'jq', 'curl'];

/** Programs of the shell loop that are not on this machine. */
export const missingTools = async (): Promise<string[]> => {
  const found = await Promise.all(
    SHELL_TOOLS.map((tool) =>
      run(tool, ['--version'])
        .then(() => true)
        .catch(() => false),
    ),
  );
  return SHELL_TOOLS.filter((_, index) => !found[index]);
};

/** One call of the script, which replays up to ten messages. Answers its seconds. */
export const runShellLoop = async (cloud: ReplayCloud): Promise<number> => {
  const started = performance.now();
  await run('bash', ['-c', shellLoop(cloud)], { env: awsEnvironment(cloud.endpoint) });
  return (performance.now() - started) / 1_000;
};

const lumigoProgram = join(LUMIGO_DIR, 'node_modules', 'lumigo-cli', 'bin', 'run');

/** lumigo-cli, fetched from the registry on first use. `undefined` where the registry does not give it. */
export const installLumigo = async (say: (text: string) => void): Promise<string | undefined> => {
  const isThere = await access(lumigoProgram)
    .then(() => true)
    .catch(() => false);
  if (isThere) return LUMIGO;
  say(`Installing ${LUMIGO} into ${LUMIGO_DIR} (once; a minute and 450 MB)`);
  const options = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock'];
  return run('npm', ['install', '--prefix', LUMIGO_DIR, ...options, LUMIGO]).then(
    () => LUMIGO,
    (error: Error) => {
      say(error.message);
      return undefined;
    },
  );
};

/** `replay-sqs-dlq` with its own ten pollers. */
export const runLumigo = async (
  { endpoint }: ReplayCloud,
  target: { type: 'SQS' | 'SNS'; name: string },
): Promise<void> => {
  await run(
    process.execPath,
    [
      ...['-r', join(import.meta.dirname, 'lumigo-endpoint.cjs'), lumigoProgram, 'replay-sqs-dlq'],
      ...['-d', 'bench-dlq', '-r', LOCAL_REGION, '-t', target.type, '-n', target.name],
    ],
    // It would ask the registry for a newer version of itself, and say that SDK 2 is old.
    {
      env: {
        ...awsEnvironment(endpoint),
        SKIP_VERSION_CHECK: '1',
        AWS_SDK_JS_SUPPRESS_MAINTENANCE_MODE_MESSAGE: '1',
      },
    },
  );
};
