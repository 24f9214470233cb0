import { execFile } from 'node:child_process';
import { access, chmod, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { anyFreePort } from '../local/free-port.ts';
import { findServerUser, giveTo } from '../local/postgres-user.ts';

const run = promisify(execFile);

/** Where Debian and its kin put the programs of each major version. */
const INSTALLED = '/usr/lib/postgresql';
/** What rows of this table take as COPY writes them, with 200,000 more or fewer. */
const ROW_BYTES = 131;

/** A table of tracking events, the same on every run. */
const fill = (bytes: number): string => `
  SET client_min_messages = warning;
  CREATE UNLOGGED TABLE email_events (id bigint NOT NULL, campaign_id integer NOT NULL, kind text NOT NULL,
    recipient text NOT NULL, occurred_at timestamptz NOT NULL, meta jsonb);
  SELECT setseed(0.42);
  INSERT INTO email_events SELECT n, floor(random() * 4000),
    (array['delivered', 'open', 'click', 'bounce', 'complaint'])[1 + floor(random() * 5)],
    'user' || floor(random() * 250000) || '@example.com',
    timestamptz '2023-11-14 22:13:20+00' + n * interval '977 ms',
    jsonb_build_object('sns_message_id', left(md5(random()::text), 16), 'ip', '203.0.113.' || floor(random() * 256))
  FROM generate_series(1, ${Math.ceil(bytes / ROW_BYTES)}) n;`;

/** The programs of the newest PostgreSQL that is installed with server and clients. */
const findPrograms = async (): Promise<string | undefined> => {
  const majors = (await readdir(INSTALLED).catch(() => [])).map(Number).sort((a, b) => b - a);
  for (const major of majors) {
    const bin = join(INSTALLED, String(major), 'bin');
    const needed = ['initdb', 'pg_ctl', 'psql', 'pg_dump', 'pg_restore'];
    const found = await Promise.allSettled(needed.map((program) => access(join(bin, program))));
    if (found.every(({ status }) => status === 'fulfilled')) return bin;
  }
  return undefined;
};

export type CustomDump = { file: string; options: string[] };

/**
 * Has a real PostgreSQL make dumps in the custom format of a table with about `bytes` of rows.
 *
 * @returns what made them, and which pg_restore belongs to it; undefined where this machine has no server
 *   with its clients.
 */
export const makeCustomDumps = async (
  bytes: number,
  dumps: CustomDump[],
): Promise<{ by: string; pgRestore: string } | undefined> => {
  const bin = await findPrograms();
  if (bin === undefined) return undefined;
  const user = await findServerUser();
  const identity = user === undefined ? {} : { uid: user.uid, gid: user.gid };
  const base = await mkdtemp(join(tmpdir(), 'lifeboat-bench-postgres-'));
  await chmod(base, 0o755);
  const data = join(base, 'data');
  await mkdir(data, { mode: 0o700 });
  await giveTo(user, data);
  const port = String(await anyFreePort());
  const asServer = { ...identity, cwd: base };
  const PGENV = { ...process.env, PGHOST: '127.0.0.1', PGPORT: port, PGUSER: 'postgres' };
  const settings = `-p ${port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off -c autovacuum=off`;
  try {
    const init = ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--no-locale'];
    await run(join(bin, 'initdb'), [...init, '--no-sync'], asServer);
    const log = ['-l', join(data, 'server.log')];
    await run(join(bin, 'pg_ctl'), ['-D', data, '-w', '-o', settings, ...log, 'start'], asServer);
    try {
      await run(join(bin, 'psql'), ['-X', '-q', '-c', fill(bytes)], { env: PGENV });
      for (const { file, options } of dumps) {
        await run(join(bin, 'pg_dump'), ['-Fc', ...options, '-f', file], { env: PGENV });
      }
    } finally {
      await run(join(bin, 'pg_ctl'), ['-D', data, '-m', 'fast', 'stop'], asServer);
    }
  } finally {
    await rm(base, { recursive: true, force: true });
  }
  const { stdout } = await run(join(bin, 'pg_dump'), ['--version']);
  return { by: stdout.trim(), pgRestore: join(bin, 'pg_restore') };
};
