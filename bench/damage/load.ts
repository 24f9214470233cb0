import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { startPostgres } from '../../local/postgres.ts';
import { damageAtRandom, RandomNumbers } from './random.ts';
import { programFor } from './restore.ts';
import { type Stored, writeStored } from './stored.ts';
import type { Subject } from './subjects.ts';
import type { Missed } from './worker.ts';

const TIME_OUT_MS = 20_000;

/** How many damages that passed were loaded into a real server, and how many of them it refused. */
export type Loads = { loaded: number; refused: number };

const runShell = async (command: string, env: Record<string, string>): Promise<boolean> => {
  const child = spawn('bash', ['-o', 'pipefail', '-c', command], {
    env: { ...process.env, ...env },
    stdio: 'ignore',
    detached: true,
  });
  const timer = setTimeout(() => process.kill(-(child.pid ?? 0), 'SIGKILL'), TIME_OUT_MS);
  const [code] = await once(child, 'close');
  clearTimeout(timer);
  return code === 0;
};

/** Takes every n-th, so that all fixtures and places of a group are among them. */
const sample = <T>(all: readonly T[], count: number): T[] => {
  const step = Math.max(1, all.length / count);
  return Array.from(
    { length: Math.min(count, all.length) },
    (_, n) => all[Math.floor(n * step)],
  ).filter((one) => one !== undefined);
};

/**
 * Loads a sample of what passed into a PostgreSQL server, as a person would: psql stops at the first
 * error. Only fixtures that load when they are healthy are in it.
 */
export const loadSample = async (
  subjects: Subject[],
  missed: readonly Missed[],
  programs: Map<number, string>,
  count: number,
  folder: string,
): Promise<Map<string, Loads>> => {
  const server = await startPostgres();
  let turn = 0;
  const load = async (subject: Subject, stored: Stored): Promise<boolean> => {
    turn += 1;
    const database = `damage_${turn}`;
    const path = join(folder, 'load');
    const isZipped = subject.name.endsWith('.gz') && stored instanceof Uint8Array;
    await writeStored(path, isZipped ? gunzipSync(stored) : stored);
    await server.query(`create database ${database} template template0`);
    const target = server.url.replace(/\/postgres$/, `/${database}`);
    const program = subject.restore && programFor(programs, subject.restore.major);
    const script = subject.restore === undefined ? 'cat "$DUMP"' : '"$PROGRAM" -f - "$DUMP"';
    const ok = await runShell(`${script} | psql -X -q -v ON_ERROR_STOP=1 "$TARGET"`, {
      DUMP: path,
      TARGET: target,
      PROGRAM: program ?? '',
    });
    await server.query(`drop database ${database} with (force)`);
    return ok;
  };
  try {
    const loads = new Map<string, Loads>();
    const loadable = new Map<number, boolean>();
    for (const [index, subject] of subjects.entries()) {
      const canRead = !subject.restore || programFor(programs, subject.restore.major) !== undefined;
      loadable.set(index, canRead && (await load(subject, subject.stored)));
    }
    const groups = Map.groupBy(
      missed.filter(({ subject }) => loadable.get(subject)),
      ({ subject }) => subjects[subject]?.group ?? '',
    );
    for (const [group, members] of groups) {
      const seen = { loaded: 0, refused: 0 };
      for (const one of sample(members, count)) {
        const subject = subjects[one.subject];
        if (subject === undefined) continue;
        const { stored } = damageAtRandom(subject.stored, new RandomNumbers(one.seed));
        seen[(await load(subject, stored)) ? 'loaded' : 'refused'] += 1;
      }
      loads.set(group, seen);
    }
    return loads;
  } finally {
    await server.stop();
  }
};
