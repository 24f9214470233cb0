import { parseArgs } from 'node:util';
import { runCommand } from '../local/run-command.ts';
import { loadPlan } from '../shared/plan/load-plan.ts';
import { packageService } from './package-service.ts';
import { type Encryption, usedDecrypters } from './plan-decrypters.ts';

const HELP = `Usage: npm run size [-- --plan FILE] [--stage STAGE]

Packages every function and prints what its archive unpacks to. Fails where one is over its limit.
`;

/** Small code starts fast; what grows past this has taken in something that it does not need. */
const LIMIT_BYTES = 1_000_000;

/** The libraries that read what age and gpg encrypted, where the plan names one. */
const LIBRARY_BYTES: Record<Encryption, number> = { age: 200_000, gpg: 450_000 };

/** Only verify-backup carries them. */
const limitOf = (name: string, used: Encryption[]): number =>
  used.reduce(
    (bytes, library) => (name === 'verify-backup' ? bytes + LIBRARY_BYTES[library] : bytes),
    LIMIT_BYTES,
  );

const count = (bytes: number): string => bytes.toLocaleString('en-US').padStart(11);

await runCommand(HELP, async () => {
  const { values } = parseArgs({
    options: {
      plan: { type: 'string', default: 'plans/mailblast.yml' },
      stage: { type: 'string', default: 'dev' },
    },
  });
  const { plan } = await loadPlan(values.plan, { stage: values.stage, env: process.env });
  const used = usedDecrypters(plan);
  const { archives } = await packageService({ stage: values.stage, planFile: values.plan });
  const sizes = Object.entries(archives).map(([name, entries]) => ({
    name,
    bytes: entries.reduce((sum, entry) => sum + entry.bytes, 0),
  }));
  for (const { name, bytes } of sizes) console.log(`${name.padEnd(20)}${count(bytes)} bytes`);
  const tooLarge = sizes.filter(({ name, bytes }) => bytes > limitOf(name, used));
  if (tooLarge.length === 0) return;
  const names = tooLarge.map(({ name }) => `${name} (${count(limitOf(name, used)).trim()} bytes)`);
  throw new Error(`Over the limit: ${names.join(', ')}`);
});
