import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Tool } from './table-rows.ts';

const TIME_OUT_MS = 5_000;

const COMMANDS: Record<Tool, (path: string) => [program: string, ...args: string[]]> = {
  'pg_restore -l': (path) => ['pg_restore', '-l', path],
  'pg_restore -f /dev/null': (path) => ['pg_restore', '-f', '/dev/null', path],
  // From its standard input: the name of the file does not matter then.
  'gunzip -t': (path) => ['sh', '-c', 'exec gunzip -t < "$0"', path],
};

/** What a tool's exit code says of a file. One that does not end within five seconds hangs, and is ended. */
export const askTool = async (tool: Tool, path: string): Promise<'passes' | 'fails' | 'hangs'> => {
  const [program, ...args] = COMMANDS[tool](path);
  const child = spawn(program, args, { stdio: 'ignore' });
  const timer = setTimeout(() => child.kill('SIGKILL'), TIME_OUT_MS);
  const [code, signal] = await once(child, 'close');
  clearTimeout(timer);
  if (signal !== null) return 'hangs';
  return code === 0 ? 'passes' : 'fails';
};
