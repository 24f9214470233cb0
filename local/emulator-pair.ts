import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Running } from './cloud-file.ts';
import { withFileLock } from './file-lock.ts';
import { freePortFrom, requireFreePort } from './free-port.ts';
import type { Log } from './log.ts';
import { endProcess } from './process-record.ts';
import { ensurePython } from './python.ts';
import { startMiniStack, startMoto } from './start-emulators.ts';

const ROOT = resolve(import.meta.dirname, '..');
const MINISTACK_PORT = 4566;
const MOTO_PORT = 5100;
/** One for all clouds of a user, in whatever checkout. */
const PORTS_LOCK = join(tmpdir(), `lifeboat-ports-${process.getuid?.() ?? 'any'}.lock`);

/** The Python environment of the emulators, made on first use. */
export const emulatorPython = (log: Log): Promise<string> =>
  ensurePython(join(ROOT, '.local', 'venv'), join(ROOT, 'local', 'requirements.txt'), log);

type Ports = { gateway: number; rds: number };

const choosePorts = async (port: number | undefined): Promise<Ports> => {
  const gateway =
    port === undefined ? await freePortFrom(MINISTACK_PORT) : await requireFreePort(port);
  return { gateway, rds: await freePortFrom(MOTO_PORT, gateway) };
};

const startBoth = async (
  dir: string,
  pythonBin: string,
  { gateway, rds }: Ports,
): Promise<Running> => {
  const endpoint = `http://127.0.0.1:${gateway}`;
  const rdsEndpoint = `http://127.0.0.1:${rds}`;
  const started = await Promise.allSettled([
    startMiniStack({ port: gateway, pythonBin, dir, rdsEndpoint }),
    startMoto({ port: rds, pythonBin, dir }),
  ]);
  const processes = started.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  const failed = started.find((one) => one.status === 'rejected');
  if (failed === undefined) return { endpoint, rdsEndpoint, processes };
  await Promise.all(processes.map((record) => endProcess(record)));
  throw failed.reason;
};

/**
 * Starts MiniStack and moto together. Where one does not come up, the other is ended again.
 *
 * @param port of MiniStack; without it the first free one from 4566 on.
 */
export const startEmulators = async (
  dir: string,
  port: number | undefined,
  log: Log,
): Promise<Running> => {
  const pythonBin = await emulatorPython(log);
  await mkdir(dir, { recursive: true });
  // From choosing a port until somebody listens there, another cloud would choose the same one, and take
  // the answers of the first for its own.
  return withFileLock(PORTS_LOCK, async () => {
    const ports = await choosePorts(port);
    log(`Starting MiniStack on port ${ports.gateway} and moto (RDS) on port ${ports.rds}`);
    return startBoth(dir, pythonBin, ports);
  });
};
