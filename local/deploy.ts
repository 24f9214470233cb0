import { resolve } from 'node:path';
import { runOsls } from '../deploy/run-osls.ts';
import { LOCAL_CREDENTIALS, LOCAL_REGION } from './start-emulators.ts';

type Target = { endpoint: string; stage: string; planFile: string; config?: string };

/**
 * The same `sls deploy` as for AWS, against an endpoint of this machine.
 *
 * @throws {OslsError} with what osls printed.
 */
export const deploy = ({ endpoint, stage, planFile, config }: Target): Promise<void> =>
  runOsls(
    [
      ...['deploy', '--stage', stage, '--region', LOCAL_REGION],
      ...['--param', `plan=${resolve(planFile)}`],
      ...(config === undefined ? [] : ['--config', config]),
    ],
    {
      AWS_ENDPOINT_URL: endpoint,
      AWS_ACCESS_KEY_ID: LOCAL_CREDENTIALS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: LOCAL_CREDENTIALS.secretAccessKey,
      AWS_REGION: LOCAL_REGION,
      // Milliseconds between two looks at the stack; MiniStack has it ready at once.
      SLS_AWS_MONITORING_FREQUENCY: '300',
    },
    async () => {},
  );
