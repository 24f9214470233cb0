import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { anyFreePort } from './free-port.ts';
import { type Cluster, createCluster, removeCluster, SUPERUSER } from './postgres-cluster.ts';
import { type ServerOptions, serverSettings } from './postgres-settings.ts';
import { endProcess, isRunning, type ProcessRecord } from './process-record.ts';
import { startService } from './start-service.ts';
import { waitUntil } from './wait-until.ts';

export type Row = Record<string, unknown>;

export type LocalPostgres = {
  port: number;
  user: string;
  password: string;
  /** For `pg_dump` and the like. It holds the password. */
  url: string;
  /** A folder that the server can write to, for `archive_command`. Gone after `stop`. */
  archiveDir: string;
  process: ProcessRecord;
  query: (sql: string, values?: unknown[]) => Promise<Row[]>;
  /** Ends the server after a last checkpoint and removes its files. May be called twice. */
  stop: () => Promise<void>;
};

type Connection = { host: string; port: number; user: string; password: string; database: string };

const answers = async (connection: Connection): Promise<boolean> => {
  const client = new pg.Client({ ...connection, connectionTimeoutMillis: 3_000 });
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    await client.end();
  }
};

const startServer = async (
  { base, dataDir, archiveDir, bin, identity }: Cluster,
  connection: Connection,
  options: ServerOptions,
): Promise<ProcessRecord> => {
  const settings = serverSettings(options, { port: connection.port, archiveDir });
  await writeFile(join(dataDir, 'postgresql.auto.conf'), settings);
  return startService({
    name: 'PostgreSQL',
    command: join(bin, 'postgres'),
    args: ['-D', dataDir],
    env: { PATH: process.env.PATH, LANG: 'C.UTF-8', TZ: 'UTC' },
    cwd: base,
    ...identity,
    logFile: join(base, 'postgres.log'),
    isReady: () => answers(connection),
    deadlineMs: 30_000,
  });
};

const stopServer = async (record: ProcessRecord): Promise<void> => {
  if (!(await isRunning(record))) return;
  // SIGINT is PostgreSQL's fast shutdown: sessions end, a checkpoint is written.
  process.kill(record.pid, 'SIGINT');
  const gone = async () => ((await isRunning(record)) ? undefined : true);
  await waitUntil(gone, { deadlineMs: 15_000, what: 'the end of PostgreSQL' }).catch(() => {});
  await endProcess(record);
};

/** A PostgreSQL server of its own on a free port of loopback, with an empty database `postgres`. */
export const startPostgres = async (options: ServerOptions = {}): Promise<LocalPostgres> => {
  const password = randomBytes(16).toString('hex');
  const cluster = await createCluster(password);
  const port = await anyFreePort();
  const connection = { host: '127.0.0.1', port, user: SUPERUSER, password, database: 'postgres' };
  const server = await startServer(cluster, connection, options).catch(async (error: unknown) => {
    await removeCluster(cluster);
    throw error;
  });
  const pool = new pg.Pool({ ...connection, max: 4, allowExitOnIdle: true });
  pool.on('error', () => {
    // An idle connection ends with the server; the next query says so.
  });
  const end = async () => {
    await pool.end();
    await stopServer(server);
    await removeCluster(cluster);
  };
  let ended: Promise<void> | undefined;
  return {
    port,
    user: SUPERUSER,
    password,
    url: `postgresql://${SUPERUSER}:${password}@127.0.0.1:${port}/postgres`,
    archiveDir: cluster.archiveDir,
    process: server,
    query: async (sql, values) => (await pool.query<Row>(sql, values)).rows,
    stop: () => {
      ended ??= end();
      return ended;
    },
  };
};
