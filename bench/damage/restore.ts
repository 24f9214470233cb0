import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { type Stored, writeStored } from './stored.ts';

const TIME_OUT_MS = 10_000;

/** How a real restore ended; `output` is the digest of what it would have run. */
export type Restored = { ended: 'ok'; output: string } | { ended: 'failed' | 'hangs' };

/** `pg_restore` programs by their major version: `15=/usr/lib/postgresql/15/bin/pg_restore 17=…`. */
export const parsePrograms = (text: string): Map<number, string> =>
  new Map(
    text
      .split(/\s+/)
      .filter((pair) => pair !== '')
      .map((pair) => {
        const [major, program] = pair.split('=');
        if (!/^\d+$/.test(major ?? '') || program === undefined) {
          throw new Error(`PG_RESTORES must be like "15=/path/pg_restore", but holds "${pair}"`);
        }
        return [Number(major), program];
      }),
  );

/** The `pg_restore` on the PATH, by its major. */
export const ownProgram = async (): Promise<Map<number, string>> => {
  const child = spawn('pg_restore', ['--version'], { stdio: ['ignore', 'pipe', 'ignore'] });
  let text = '';
  child.stdout.setEncoding('latin1').on('data', (piece: string) => {
    text += piece;
  });
  await once(child, 'close');
  const [, major] = /PostgreSQL\) (\d+)/.exec(text) ?? [];
  if (major === undefined)
    throw new Error('pg_restore is missing: apt-get install -y postgresql-client');
  return new Map([[Number(major), 'pg_restore']]);
};

/** The oldest program that reads what `major` wrote. */
export const programFor = (programs: Map<number, string>, major: number): string | undefined =>
  [...programs].filter(([own]) => own >= major).sort(([a], [b]) => a - b)[0]?.[1];

/** Restores an archive into a script, without a server. Ends a program that hangs. */
export const restoreArchive = async (
  program: string,
  stored: Stored,
  path: string,
): Promise<Restored> => {
  await writeStored(path, stored);
  const child = spawn(program, ['-f', '-', path], { stdio: ['ignore', 'pipe', 'ignore'] });
  const timer = setTimeout(() => child.kill('SIGKILL'), TIME_OUT_MS);
  let script = '';
  child.stdout.setEncoding('latin1').on('data', (text: string) => {
    script += text;
  });
  const [code, signal] = await once(child, 'close');
  clearTimeout(timer);
  if (signal !== null) return { ended: 'hangs' };
  if (code !== 0) return { ended: 'failed' };
  // The key that keeps psql from running what row data says is another one in every restore.
  const output = createHash('sha256').update(script.replaceAll(/^\\(un)?restrict .*$/gm, ''));
  return { ended: 'ok', output: output.digest('hex') };
};

/** A file of its own for each restore that runs at the same time. */
export const scratchFile = (folder: string, index: number): string => join(folder, `dump-${index}`);
