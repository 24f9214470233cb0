import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PlanError } from '../../../../shared/plan/plan-problem.ts';
import { anyText, damagedText, mutatedPlan } from '../../../support/generate-plan.ts';
import { readPlan } from '../../../support/plan-text.ts';

/** A few seconds of work; a busy machine may take longer. */
const PATIENCE = 60_000;

/** The plan's name, or what it is refused with; anything else that is thrown fails the test. */
const outcome = (text: string): string => {
  try {
    return readPlan(text, { stage: 'local' }).plan.name;
  } catch (error) {
    if (!(error instanceof PlanError)) throw error;
    expect(error.problems.length).toBeGreaterThan(0);
    for (const { line, column, message, level } of error.problems) {
      expect(line).toBeGreaterThan(0);
      expect(column).toBeGreaterThan(0);
      expect(message).toMatch(/^\S.*\S$/s);
      expect(message).not.toMatch(/\bundefined\b|\[object|Invalid input|: expected/);
      expect(level).toBe('error');
    }
    return 'refused';
  }
};

describe('ten thousand generated plans are a plan or a PlanError, each', () => {
  it.each([
    ['mutations of the five plans', mutatedPlan(), 2_500],
    ['damaged texts of the five plans', damagedText, 1_500],
    ['arbitrary JSON and YAML', anyText, 6_000],
  ])(
    '%s',
    (_, arbitrary, numRuns) => {
      const seen = { refused: 0, read: 0 };
      fc.assert(
        fc.property(arbitrary, (text) => {
          seen[outcome(text) === 'refused' ? 'refused' : 'read'] += 1;
        }),
        { numRuns },
      );
      expect(seen.refused).toBeGreaterThan(numRuns / 20);
    },
    PATIENCE,
  );
});

const SECRET = 'Sup3rS3cretValue42';

/** A secret at every place where the plan takes one. */
const plantSecrets = (plan: Record<string, unknown>): void => {
  const passphrase = `${SECRET}-passphrase`;
  const address = `https://hooks.example.com/${SECRET}`;
  const [first] = Object.values(Object(plan.backups));
  Object.assign(Object(first), { encoding: ['gzip', { openssl: 'aes-256-cbc', passphrase }] });
  plan.alerts = {
    channels: {
      slack: { webhook: address },
      pagerduty: { 'routing-key': SECRET },
      hook: { url: address, secret: SECRET },
      page: { page: 'p', token: SECRET },
    },
  };
};

describe('no generated error repeats a secret', () => {
  it(
    'wherever a mutation puts it',
    () => {
      let refused = 0;
      fc.assert(
        fc.property(mutatedPlan(plantSecrets), (text) => {
          try {
            readPlan(text);
          } catch (error) {
            if (!(error instanceof PlanError)) throw error;
            refused += 1;
            expect(error.message).not.toContain(SECRET);
          }
        }),
        { numRuns: 500 },
      );
      expect(refused).toBeGreaterThan(100);
    },
    PATIENCE,
  );
});
