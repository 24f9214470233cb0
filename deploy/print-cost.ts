import { parseArgs } from 'node:util';
import { runCommand } from '../local/run-command.ts';
import { loadPlan } from '../shared/plan/load-plan.ts';
import { estimateCost } from './estimate-cost.ts';

const HELP = `Usage: npm run cost -- [--plan FILE] [--mb-a-day N] [--alerts-a-day N]

Estimates what Lifeboat costs a month for a plan, at list prices without any free tier.

  --plan FILE       default: plans/mailblast.yml
  --mb-a-day N      size of all backups that a day brings, in MB as they lie in S3 (default: 1000)
  --alerts-a-day N  deliveries a day over all channels (default: 20)
`;

const number = (name: string, text: string): number => {
  const value = Number(text);
  if (Number.isFinite(value) && value >= 0) return value;
  throw new Error(`--${name} must be a number from 0 on, not "${text}"`);
};

await runCommand(HELP, async () => {
  const { values } = parseArgs({
    options: {
      plan: { type: 'string', default: 'plans/mailblast.yml' },
      'mb-a-day': { type: 'string', default: '1000' },
      'alerts-a-day': { type: 'string', default: '20' },
    },
  });
  const { plan } = await loadPlan(values.plan, { stage: 'prod', env: process.env });
  const lines = estimateCost(plan, {
    megabytesADay: number('mb-a-day', values['mb-a-day']),
    deliveriesADay: number('alerts-a-day', values['alerts-a-day']),
  });
  for (const { what, dollars, because } of lines) {
    console.log(`${what.padEnd(16)} ${dollars.toFixed(2).padStart(6)} $  ${because}`);
  }
  const total = lines.reduce((sum, { dollars }) => sum + dollars, 0);
  console.log(`${'a month'.padEnd(16)} ${total.toFixed(2).padStart(6)} $`);
});
