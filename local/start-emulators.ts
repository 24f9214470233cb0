import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { ProcessRecord } from './process-record.ts';
import { startService } from './start-service.ts';

/** Both emulators take any credentials. */
export const LOCAL_CREDENTIALS = { accessKeyId: 'test', secretAccessKey: 'test' };
export const LOCAL_REGION = 'us-east-1';

const HERE = import.meta.dirname;
const NODE_BIN = resolve(HERE, '..', 'node_modules', '.bin');

type Emulator = { port: number; pythonBin: string; dir: string };

/**
 * What an emulator, and through MiniStack every function, sees of the environment: nothing of the
 * user's AWS settings, and Node from `node_modules` first, so that functions run on Lambda's Node.
 */
const emulatorEnvironment = (tmp: string) => ({
  PATH: `${NODE_BIN}:${process.env.PATH ?? '/usr/local/bin:/usr/bin:/bin'}`,
  // No ~/.aws/config of the user either.
  HOME: tmp,
  LANG: 'C.UTF-8',
  TMPDIR: tmp,
  PYTHONUNBUFFERED: '1',
  AWS_ACCESS_KEY_ID: LOCAL_CREDENTIALS.accessKeyId,
  AWS_SECRET_ACCESS_KEY: LOCAL_CREDENTIALS.secretAccessKey,
  AWS_DEFAULT_REGION: LOCAL_REGION,
});

const answersOk = async (url: string): Promise<boolean> =>
  (await fetch(url, { signal: AbortSignal.timeout(2_000) })).ok;

/** MiniStack on loopback alone. `rdsEndpoint` is where the functions that it runs find RDS. */
export const startMiniStack = async ({
  port,
  pythonBin,
  dir,
  rdsEndpoint,
}: Emulator & { rdsEndpoint?: string }): Promise<ProcessRecord> => {
  const tmp = resolve(dir, 'ministack');
  await mkdir(tmp, { recursive: true });
  // MiniStack's Node worker is a `.js` file in CommonJS; this checkout's "type" must not reach it.
  await writeFile(join(tmp, 'package.json'), '{ "type": "commonjs" }\n');
  const endpoint = `http://127.0.0.1:${port}`;
  return startService({
    name: 'MiniStack',
    command: join(pythonBin, 'python'),
    args: [join(HERE, 'run_ministack.py')],
    env: {
      ...emulatorEnvironment(tmp),
      GATEWAY_PORT: String(port),
      BIND_HOST: '127.0.0.1',
      // Queue addresses carry this name; "localhost" would be taken for a bucket's domain.
      MINISTACK_HOST: '127.0.0.1',
      MINISTACK_REGION: LOCAL_REGION,
      AWS_ENDPOINT_URL: endpoint,
      ...(rdsEndpoint === undefined ? {} : { AWS_ENDPOINT_URL_RDS: rdsEndpoint }),
      // It would listen on every interface, and on one port for all clouds.
      IOT_MTLS_ENABLED: '0',
      LOG_LEVEL: 'INFO',
    },
    logFile: join(dir, 'ministack.log'),
    isReady: () => answersOk(`${endpoint}/_ministack/ready`),
  });
};

/** moto on loopback alone, for RDS. */
export const startMoto = async ({ port, pythonBin, dir }: Emulator): Promise<ProcessRecord> => {
  const tmp = resolve(dir, 'moto');
  await mkdir(tmp, { recursive: true });
  const program = join(pythonBin, 'moto_server');
  return startService({
    name: 'moto',
    command: join(dirname(program), 'python'),
    args: [program, '-H', '127.0.0.1', '-p', String(port)],
    env: emulatorEnvironment(tmp),
    logFile: join(dir, 'moto.log'),
    isReady: () => answersOk(`http://127.0.0.1:${port}/moto-api/data.json`),
  });
};
