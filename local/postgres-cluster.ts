import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { postgresBinaries } from './postgres-binaries.ts';
import { findServerUser, giveTo } from './postgres-user.ts';

const run = promisify(execFile);

export const SUPERUSER = 'postgres';

/** The files of a server, and how its programs are run. */
export type Cluster = {
  base: string;
  dataDir: string;
  /** The server can write here. */
  archiveDir: string;
  bin: string;
  /** The user of the system that the server runs as, where it is not this one. */
  identity: { uid?: number; gid?: number };
};

/**
 * An empty database cluster in the system's folder for temporary files: as root the server is another
 * user, who often cannot reach a checkout.
 */
export const createCluster = async (password: string): Promise<Cluster> => {
  const user = await findServerUser();
  const identity = user === undefined ? {} : { uid: user.uid, gid: user.gid };
  const base = await mkdtemp(join(tmpdir(), 'lifeboat-postgres-'));
  try {
    await chmod(base, 0o755);
    const [dataDir, archiveDir] = [join(base, 'data'), join(base, 'archive')];
    for (const dir of [dataDir, archiveDir]) {
      await mkdir(dir, { mode: 0o700 });
      await giveTo(user, dir);
    }
    const passwordFile = join(base, 'password');
    await writeFile(passwordFile, password, { mode: 0o600 });
    await giveTo(user, passwordFile);
    const bin = await postgresBinaries(user, base);
    await run(
      join(bin, 'initdb'),
      [
        ...['-D', dataDir, '-U', SUPERUSER, '-E', 'UTF8', '--no-locale', '--no-sync'],
        ...['--auth=scram-sha-256', `--pwfile=${passwordFile}`],
      ],
      { ...identity, cwd: base },
    );
    await rm(passwordFile);
    return { base, dataDir, archiveDir, bin, identity };
  } catch (error) {
    await rm(base, { recursive: true, force: true });
    throw error;
  }
};

export const removeCluster = ({ base }: Pick<Cluster, 'base'>): Promise<void> =>
  rm(base, { recursive: true, force: true });
