import { expect, it } from 'vitest';
import PlanPlugin from '../../../deploy/plan-plugin.ts';

const warningsOf = async (...commands: string[]): Promise<string[]> => {
  const told: string[] = [];
  const plugin = new PlanPlugin(
    {
      serviceDir: '.',
      classes: { Error },
      configurationInput: {
        params: { default: { plan: 'plans/mailblast.yml' } },
        provider: { stage: 'prod' },
      },
      processedInput: { commands, options: {} },
      service: { functions: {}, provider: { compiledCloudFormationTemplate: { Resources: {} } } },
    },
    {},
    { log: { warning: (text) => told.push(text) } },
  );
  await plugin.asyncInit();
  return told;
};

it('tells the warnings of a plan where it is deployed', async () => {
  expect(await warningsOf('deploy')).toEqual([expect.stringContaining('plans/mailblast.yml:')]);
});

it.each([['invoke'], ['logs'], ['info'], ['remove']])(
  'is quiet about a plan that %s does not use: another one may be deployed',
  async (command) => {
    expect(await warningsOf(command)).toEqual([]);
  },
);
