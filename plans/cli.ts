import { runPlanCommand } from './plan-command.ts';

process.exitCode = await runPlanCommand(process.argv.slice(2), {
  env: process.env,
  out: (text) => console.log(text),
  err: (text) => console.error(text),
});
