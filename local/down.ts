import { parseArgs } from 'node:util';
import { stopCloud } from './cloud.ts';
import { runCommand } from './run-command.ts';

const HELP = `Usage: npm run local:down [-- --dir DIR]

Ends the cloud that npm run local:up started in DIR (default: .local), and nothing else.
`;

await runCommand(HELP, async () => {
  const { values } = parseArgs({ options: { dir: { type: 'string', default: '.local' } } });
  const wasUp = await stopCloud(values.dir);
  console.log(wasUp ? `The cloud in ${values.dir} has ended` : `No cloud is up in ${values.dir}`);
});
