import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { decideTarget } from '../../functions/verify-backup/decide-target.ts';
import { ARCHIVES, readArchive, walkArchive } from '../support/archive-dumps.ts';
import { storedBackup } from '../support/backup-policies.ts';
import { contentsInput } from '../support/dump-contents.ts';

const run = (...options: string[]) =>
  spawnSync('pg_restore', options, { timeout: 10_000, killSignal: 'SIGKILL', encoding: 'utf8' });

/** The pg_restore of this machine stands for the server that the plan restores to. */
const postgres = Number(/(\d+)\./.exec(run('--version').stdout)?.[1]);
const path = (name: string): string =>
  fileURLToPath(new URL(`../fixtures/archive-dumps/${name}`, import.meta.url));

it.each(ARCHIVES)('%s is refused here where pg_restore refuses it', async (name) => {
  const dump = await walkArchive(readArchive(name), name.endsWith('.tar'));
  const backup = storedBackup({ restoreTo: { postgres } });
  const finding = decideTarget(contentsInput(dump, [], { backup }));
  const { status, stderr } = run('-l', path(name));
  expect(stderr.includes('unsupported version')).toBe(finding?.severity === 'critical');
  expect(status === 0).toBe(finding?.severity !== 'critical');
});
