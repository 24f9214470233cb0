import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import * as z from 'zod';
import { openPgliteDumper } from './pglite-dumper.ts';
import type { LocalPostgres } from './postgres.ts';

const run = promisify(execFile);

export type DumpOptions = { schemaOnly?: boolean };

export type Dumper = {
  /** What makes the dumps, for people to read. */
  by: string;
  /** A plain dump of what the server holds now. */
  dump: (options?: DumpOptions) => Promise<string>;
  close: () => Promise<void>;
};

/** What a dumper must know of a database that it may have to copy. */
export type Database = {
  /** What made the tables, in SQL. */
  schema: string;
  /** The tables, those that others refer to first. */
  tables: string[];
};

const MAX_DUMP_BYTES = 1024 ** 3;

const serverMajor = async (postgres: LocalPostgres): Promise<number> => {
  const [row] = await postgres.query('SHOW server_version_num');
  const { server_version_num } = z.object({ server_version_num: z.coerce.number() }).parse(row);
  return Math.floor(server_version_num / 10_000);
};

/** The version of the machine's own pg_dump, where it is new enough: an older one refuses the server. */
const machinePgDump = async (major: number): Promise<string | undefined> => {
  const answer = await run('pg_dump', ['--version']).catch(() => undefined);
  const version = /\d+(\.\d+)*/.exec(answer?.stdout ?? '')?.[0];
  return version !== undefined && Number.parseInt(version, 10) >= major ? version : undefined;
};

/**
 * Makes plain dumps of a server, by the machine's `pg_dump` where there is one that can read it, else by
 * one from npm. Each ends with the line that says that the dump is complete.
 */
export const openDumper = async (postgres: LocalPostgres, database: Database): Promise<Dumper> => {
  const version = await machinePgDump(await serverMajor(postgres));
  if (version === undefined) return openPgliteDumper(postgres, database);
  return {
    by: `pg_dump ${version} of this machine`,
    dump: async ({ schemaOnly = false } = {}) => {
      const args = [...(schemaOnly ? ['--schema-only'] : []), `--dbname=${postgres.url}`];
      const { stdout } = await run('pg_dump', args, { maxBuffer: MAX_DUMP_BYTES });
      return stdout;
    },
    close: async () => {},
  };
};
