import { parseArgs } from 'node:util';
import { runCommand } from '../local/run-command.ts';
import { packageService } from './package-service.ts';
import { type RoleStatement, roleStatements } from './role-statements.ts';

const HELP = `Usage: npm run iam [-- --plan FILE] [--stage STAGE]

Prints what each function may do, from the packaged template. Needs no AWS account.
What the deploy fills in stands in angle brackets: <FactsTopic>, <AWS::AccountId>.
`;

const print = ({ sid, effect, actions, resources, conditions }: RoleStatement): void => {
  console.log(`  ${effect} ${actions.join(', ')}${sid === '' ? '' : `    (${sid})`}`);
  for (const resource of resources) console.log(`    on ${resource}`);
  for (const condition of conditions) console.log(`    if ${condition}`);
};

await runCommand(HELP, async () => {
  const { values } = parseArgs({
    options: { plan: { type: 'string' }, stage: { type: 'string', default: 'dev' } },
  });
  const { template } = await packageService({ stage: values.stage, planFile: values.plan });
  for (const [name, statements] of Object.entries(roleStatements(template))) {
    console.log(`\n${name}`);
    statements.forEach(print);
  }
});
