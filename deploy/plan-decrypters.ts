import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'esbuild';
import type { Plan } from '../shared/plan/plan.ts';

const READERS = { age: 'decryptAge', gpg: 'decryptGpg' } as const;
export type Encryption = keyof typeof READERS;

const isEncryption = (name: string): name is Encryption => Object.hasOwn(READERS, name);

/** Beside what is zipped, not in it. */
const FILE = join('.esbuild', 'decrypters.ts');

/** Which of them the plan's backups are encrypted by. */
export const usedDecrypters = (plan: Plan): Encryption[] => {
  const layers = Object.values(plan.backups).flatMap((backup) =>
    'encoding' in backup ? (backup.encoding ?? []) : [],
  );
  return [...new Set(layers.map(({ name }) => name).filter(isEncryption))].sort();
};

/**
 * The source that takes the place of functions/verify-backup/decrypters.ts: what age and gpg encrypted
 * takes a library each, and few plans name one of them.
 */
export const decryptersSource = (plan: Plan): string => {
  const used = usedDecrypters(plan);
  const imports = used.map(
    (name) => `import { ${READERS[name]} } from '../shared/backup-encoding/${name}-decrypt.ts';\n`,
  );
  const entries = used.map((name) => `${name}: ${READERS[name]}`).join(', ');
  return `${imports.join('')}export const DECRYPTERS = { ${entries} };\n`;
};

/** Where the source is to be written before anything is bundled. */
export const decryptersFile = (serviceDir: string): string => join(serviceDir, FILE);

/** Puts the plan's own decrypters in the place of all of them. */
export const decryptersOfThePlan: Plugin = {
  name: 'decrypters-of-the-plan',
  setup: (build) => {
    build.onResolve({ filter: /^\.\/decrypters\.ts$/ }, ({ importer }) => {
      if (!/[\\/]functions[\\/]verify-backup[\\/]/.test(importer)) return undefined;
      const path = decryptersFile(process.cwd());
      return existsSync(path) ? { path } : undefined;
    });
  },
};
