import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type LoadedPlan, parsePlan } from '../../shared/plan/load-plan.ts';
import { PlanError, type PlanProblem } from '../../shared/plan/plan-problem.ts';

const PLANS = join(import.meta.dirname, '..', '..', 'plans');

/** The plans that come with the project: file name and text. */
export const examplePlans = (): { file: string; text: string }[] =>
  readdirSync(PLANS)
    .filter((file) => file.endsWith('.yml'))
    .sort()
    .map((file) => ({ file, text: readFileSync(join(PLANS, file), 'utf8') }));

type Settings = { stage?: string; env?: Record<string, string | undefined> };

export const readPlan = (text: string, { stage = 'prod', env = {} }: Settings = {}): LoadedPlan =>
  parsePlan(text, { file: 'plan.yml', stage, env });

/** What is wrong with a plan; fails where nothing is, or where anything but a PlanError is thrown. */
export const problemsOf = (text: string, settings: Settings = {}): PlanProblem[] => {
  try {
    readPlan(text, settings);
  } catch (error) {
    if (error instanceof PlanError) return error.problems;
    throw error;
  }
  throw new Error('the plan was expected to be refused');
};

/** The one thing that is wrong, as `line:column path: message`. */
export const problemOf = (text: string, settings: Settings = {}): string => {
  const [problem, ...more] = problemsOf(text, settings);
  if (problem === undefined || more.length > 0) {
    throw new Error(`one problem was expected, not ${1 + more.length}`);
  }
  return `${problem.line}:${problem.column} ${problem.path}: ${problem.message}`;
};
