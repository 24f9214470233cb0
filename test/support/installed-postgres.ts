import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findServerUser, giveTo } from '../../local/postgres-user.ts';

const DEBIAN = '/usr/lib/postgresql';

/** The folder with all programs of an installed PostgreSQL, server included; undefined where there is none. */
export const findPostgresPrograms = (): string | undefined => {
  const majors = existsSync(DEBIAN)
    ? readdirSync(DEBIAN).sort((a, b) => Number(b) - Number(a))
    : [];
  const folders = [process.env.PGBIN ?? '', ...majors.map((major) => join(DEBIAN, major, 'bin'))];
  const all = ['initdb', 'pg_ctl', 'pg_basebackup', 'pg_verifybackup', 'pg_waldump'];
  return folders.find((folder) => all.every((program) => existsSync(join(folder, program))));
};

export type InstalledPostgres = {
  /** Of this cluster; its server can write to it. Gone after `remove`. */
  folder: string;
  dataDir: string;
  /** Runs a program of PostgreSQL against this server, as its user, and answers what it prints. */
  run(program: string, ...args: string[]): string;
  query(sql: string): string;
  /** Sends the server a script that goes on until the answer is called. */
  keepBusy(sql: string): () => void;
  stop(): void;
  start(): void;
  remove(): void;
};

/**
 * A cluster of the installed PostgreSQL that listens on a socket in its own folder alone. As root it runs
 * as a user of the system, since PostgreSQL refuses root.
 */
export const makeCluster = async (...initdb: string[]): Promise<InstalledPostgres> => {
  const programs = findPostgresPrograms();
  if (programs === undefined) throw new Error(`no PostgreSQL server in ${DEBIAN}`);
  const user = await findServerUser();
  const folder = mkdtempSync(join(tmpdir(), 'lifeboat-pg-'));
  chmodSync(folder, 0o755);
  await giveTo(user, folder);
  const dataDir = join(folder, 'data');
  const env = {
    PATH: process.env.PATH,
    LC_ALL: 'C.UTF-8',
    TZ: 'UTC',
    PGHOST: folder,
    PGUSER: 'postgres',
  };
  const options = { cwd: folder, env, ...(user && { uid: user.uid, gid: user.gid }) };
  const run = (program: string, ...args: string[]): string =>
    execFileSync(join(programs, program), args, {
      ...options,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: 60_000,
      maxBuffer: 256 * 1024 ** 2,
    });
  const control = (...args: string[]): void => {
    // A server keeps the pipes of whoever starts it open.
    execFileSync(join(programs, 'pg_ctl'), ['-D', dataDir, '-w', ...args], {
      ...options,
      stdio: 'ignore',
    });
  };
  const settings = [
    'listen_addresses=',
    `unix_socket_directories=${folder}`,
    'fsync=off',
    'max_wal_senders=4',
    // A base backup with `-X fetch` asks for its WAL at its end; a busy server must not have removed it by then.
    'wal_keep_size=1GB',
  ].flatMap((setting) => ['-c', setting]);
  const start = (): void => control('-l', join(folder, 'log'), '-o', settings.join(' '), 'start');
  const stop = (): void => control('-m', 'fast', 'stop');
  run('initdb', '-D', dataDir, '-A', 'trust', '-U', 'postgres', '--no-sync', ...initdb);
  start();
  return {
    folder,
    dataDir,
    run,
    query: (sql) => run('psql', '-XqAt', '-c', sql, 'postgres').trim(),
    keepBusy: (sql) => {
      const busy = spawn(join(programs, 'psql'), ['-XqAt', '-c', sql, 'postgres'], {
        ...options,
        stdio: 'ignore',
      });
      return () => busy.kill('SIGINT');
    },
    start,
    stop,
    remove: () => {
      if (existsSync(join(dataDir, 'postmaster.pid'))) stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
};
