import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** The middle of several figures: one run in a bad moment does not count. */
export const median = (figures: number[]): number => {
  const sorted = [...figures].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
};

/** Seconds that a shell pipeline takes; every part of it must succeed. */
export const timeShell = async (command: string, env: Record<string, string>): Promise<number> => {
  const started = performance.now();
  const child = spawn('bash', ['-o', 'pipefail', '-c', command], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'ignore'],
  });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`exit code ${code}: ${command}`);
  return (performance.now() - started) / 1000;
};

/** Runs a bundle in a Node of its own, and answers what it printed last as JSON. */
export const runAlone = async (bundle: string, env: Record<string, string>): Promise<unknown> => {
  const child = spawn(process.execPath, [bundle], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`exit code ${code}: ${bundle}\n${output}`);
  return JSON.parse(output.trim().split('\n').at(-1) ?? '');
};

/** Seconds that some work takes. */
export const timeWork = async (work: () => Promise<unknown>): Promise<number> => {
  const started = performance.now();
  await work();
  return (performance.now() - started) / 1000;
};
