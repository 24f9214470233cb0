import { parseArgs } from 'node:util';
import { runCommand } from '../local/run-command.ts';
import { packageService } from './package-service.ts';

const HELP = `Usage: npm run size [-- --plan FILE] [--stage STAGE]

Packages every function and prints what its archive unpacks to. Fails where one is over its limit.
`;

/** Small code starts fast; what grows past this has taken in something that it does not need. */
const LIMIT_BYTES = 1_000_000;

/** What age and gpg encrypted takes a library each (120 and 375 KB), evaluated only when one is met. */
const LARGER: Record<string, number> = { 'verify-backup': 1_700_000 };

const limitOf = (name: string): number => LARGER[name] ?? LIMIT_BYTES;

const count = (bytes: number): string => bytes.toLocaleString('en-US').padStart(11);

await runCommand(HELP, async () => {
  const { values } = parseArgs({
    options: { plan: { type: 'string' }, stage: { type: 'string', default: 'dev' } },
  });
  const { archives } = await packageService({ stage: values.stage, planFile: values.plan });
  const sizes = Object.entries(archives).map(([name, entries]) => ({
    name,
    bytes: entries.reduce((sum, entry) => sum + entry.bytes, 0),
  }));
  for (const { name, bytes } of sizes) console.log(`${name.padEnd(20)}${count(bytes)} bytes`);
  const tooLarge = sizes.filter(({ name, bytes }) => bytes > limitOf(name));
  if (tooLarge.length === 0) return;
  const names = tooLarge.map(({ name }) => `${name} (${count(limitOf(name)).trim()} bytes)`);
  throw new Error(`Over the limit: ${names.join(', ')}`);
});
