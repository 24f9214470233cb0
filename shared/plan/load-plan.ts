import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import canonicalize from 'canonicalize';
import { compilePlan } from './compile-plan.ts';
import { crossCheck } from './cross-check.ts';
import { type Complaint, describeIssue } from './describe-issue.ts';
import { expandEnvironment } from './expand-environment.ts';
import type { Plan } from './plan.ts';
import { PlanError, type PlanProblem } from './plan-problem.ts';
import { readYaml, type YamlText } from './read-yaml.ts';
import { planSchema } from './schema.ts';
import { showPath } from './secret-path.ts';

export type LoadedPlan = {
  plan: Plan;
  /** The file as plain JSON, `${env:…}` filled in: what is bundled with the code. */
  document: unknown;
  warnings: PlanProblem[];
};

type Options = {
  /** The name that problems carry. */
  file: string;
  /** Plain-HTTP channels are for the stage `local` alone. */
  stage: string;
  /** Where `${env:NAME}` is looked up. */
  env: Record<string, string | undefined>;
};

const MAX_BYTES = 1024 * 1024;

const refuse = (file: string, message: string): never => {
  throw new PlanError([{ file, line: 0, column: 0, path: '', message, level: 'error' }]);
};

const valueAt = (content: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>(
    (value, step) =>
      typeof value === 'object' && value !== null && Object.hasOwn(value, step)
        ? Reflect.get(value, step)
        : undefined,
    content,
  );

const byPlace = (a: PlanProblem, b: PlanProblem): number => a.line - b.line || a.column - b.column;

/** Places complaints in the file. `refusal` holds them in its order; `throwAny` throws it unless there are none. */
const placing = (yaml: YamlText, file: string) => {
  const place = (complaint: Complaint, level: PlanProblem['level']): PlanProblem => ({
    file,
    ...yaml.locate(complaint.path),
    path: showPath(complaint.path),
    message: complaint.message,
    level,
  });
  const refusal = (complaints: Complaint[]): PlanError =>
    new PlanError(complaints.map((one) => place(one, 'error')).toSorted(byPlace));
  const throwAny = (complaints: Complaint[]): void => {
    if (complaints.length > 0) throw refusal(complaints);
  };
  return { place, refusal, throwAny };
};

const digestOf = (document: unknown): string =>
  `sha256:${createHash('sha256')
    .update(canonicalize(document) ?? '')
    .digest('hex')}`;

/**
 * Reads a plan from YAML text.
 *
 * @throws {PlanError} naming file, line, path and the nearest valid name for everything that is wrong.
 *   It never repeats a value that may be a secret.
 */
export const parsePlan = (text: string, { file, stage, env }: Options): LoadedPlan => {
  if (Buffer.byteLength(text) > MAX_BYTES) refuse(file, 'is larger than 1 MB');
  const yaml = readYaml(text);
  if (yaml.problems.length > 0) {
    throw new PlanError(
      yaml.problems.map((problem) => ({ file, ...problem, path: '', level: 'error' })),
    );
  }
  const { place, refusal, throwAny } = placing(yaml, file);
  const written = yaml.content ?? {};
  const { content: document, refusals } = expandEnvironment(written, env);
  throwAny(refusals);

  const parsed = planSchema.safeParse(document);
  if (!parsed.success) {
    const at = (path: PropertyKey[]): unknown => valueAt(written, path);
    const complaints = parsed.error.issues.flatMap((issue) => describeIssue(issue, at));
    throw refusal(complaints);
  }
  const plan = compilePlan(parsed.data, digestOf(document));
  const found = crossCheck(plan, stage);
  throwAny(found.filter(({ level }) => level === 'error'));
  return { plan, document, warnings: found.map((finding) => place(finding, 'warning')) };
};

/**
 * Reads a plan file.
 *
 * @throws {PlanError} also where the file is not there or cannot be read.
 */
export const loadPlan = async (
  file: string,
  { stage, env }: Omit<Options, 'file'>,
): Promise<LoadedPlan> => {
  let text = '';
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason';
    refuse(file, code === 'ENOENT' ? 'there is no such file' : `cannot be read (${code})`);
  }
  return parsePlan(text, { file, stage, env });
};
