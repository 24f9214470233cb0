import { execFile } from 'node:child_process';
import { chown } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Whom the server runs as, where it must not be the one who starts it. */
export type ServerUser = { name: string; uid: number; gid: number };

/** Users that a system has for such things, or at least for nothing else. */
const CANDIDATES = ['postgres', 'nobody', 'daemon'];

const lookUp = async (name: string): Promise<ServerUser | undefined> => {
  try {
    const ids = await Promise.all(['-u', '-g'].map((flag) => run('id', [flag, name])));
    const [uid, gid] = ids.map(({ stdout }) => Number(stdout.trim()));
    return uid === undefined || gid === undefined ? undefined : { name, uid, gid };
  } catch {
    return undefined;
  }
};

/**
 * PostgreSQL refuses to run as root. There it runs as a user that the system has already; no user is
 * made. Answers undefined for everybody else, who runs it as themselves.
 */
export const findServerUser = async (): Promise<ServerUser | undefined> => {
  if (process.getuid?.() !== 0) return undefined;
  for (const name of CANDIDATES) {
    const user = await lookUp(name);
    if (user !== undefined) return user;
  }
  throw new Error(
    `PostgreSQL refuses to run as root, and this system has none of the users ${CANDIDATES.join(', ')}. Run this as another user.`,
  );
};

/** Hands a folder to the server's user, where there is one. */
export const giveTo = async (user: ServerUser | undefined, path: string): Promise<void> => {
  if (user !== undefined) await chown(path, user.uid, user.gid);
};
