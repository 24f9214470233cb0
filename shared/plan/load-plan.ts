import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import canonicalize from 'canonicalize';
import {
  type Document,
  isCollection,
  isMap,
  isPair,
  isScalar,
  LineCounter,
  parseDocument,
  visit,
} from 'yaml';
import { compilePlan } from './compile-plan.ts';
import { crossCheck } from './cross-check.ts';
import { describeIssue } from './describe-issue.ts';
import type { Plan } from './plan.ts';
import { PlanError, type PlanProblem } from './plan-problem.ts';
import { planSchema } from './schema.ts';

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

/** Aliases may multiply a small file into a large one; a plan needs few. */
const MAX_ALIASES = 100;
const MAX_BYTES = 1024 * 1024;

const offsetOf = (document: Document.Parsed, path: readonly PropertyKey[]): number => {
  let node: unknown = document.contents;
  let offset = document.range[0];
  for (const step of path) {
    if (!isCollection(node)) break;
    if (isMap(node)) {
      const pair = node.items.find(
        (item) => isScalar(item.key) && String(item.key.value) === String(step),
      );
      if (!isPair(pair)) break;
      if (isScalar(pair.key) && pair.key.range) offset = pair.key.range[0];
      node = pair.value;
    } else {
      node = node.get(Number(step), true);
      if (isScalar(node) || isCollection(node)) offset = node.range?.[0] ?? offset;
    }
  }
  return offset;
};

/**
 * Reads a plan from YAML text.
 *
 * @throws {PlanError} naming file, line, path and the nearest valid name for everything that is wrong.
 */
export const parsePlan = (text: string, { file, stage, env }: Options): LoadedPlan => {
  const lines = new LineCounter();
  const problemAt = (
    offset: number,
    path: PropertyKey[],
    message: string,
    level: PlanProblem['level'],
  ): PlanProblem => {
    const { line, col } = lines.linePos(offset);
    return { file, line, column: col, path: path.map(String).join('.'), message, level };
  };
  if (Buffer.byteLength(text) > MAX_BYTES) {
    throw new PlanError([
      { file, line: 0, column: 0, path: '', message: 'is larger than 1 MB', level: 'error' },
    ]);
  }
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    uniqueKeys: true,
  });
  if (document.errors.length > 0) {
    throw new PlanError(
      document.errors.map((error) => problemAt(error.pos[0], [], error.message, 'error')),
    );
  }
  const missing: PlanProblem[] = [];
  visit(document, {
    Scalar: (key, node) => {
      if (key === 'key' || typeof node.value !== 'string') return;
      node.value = node.value.replaceAll(/\$\{env:([^}]*)\}/g, (_, name: string) => {
        const value = env[name];
        if (value === undefined) {
          const message = `\${env:${name}}: the environment variable ${name} is not set`;
          missing.push(problemAt(node.range?.[0] ?? 0, [], message, 'error'));
        }
        return value ?? '';
      });
    },
  });
  if (missing.length > 0) throw new PlanError(missing);

  let content: unknown;
  try {
    content = document.toJS({ maxAliasCount: MAX_ALIASES });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new PlanError([problemAt(0, [], message, 'error')]);
  }
  const parsed = planSchema.safeParse(content ?? {});
  if (!parsed.success) {
    const at = (path: PropertyKey[]): unknown =>
      path.reduce<unknown>(
        (value, step) =>
          typeof value === 'object' && value !== null ? Reflect.get(value, step) : undefined,
        content,
      );
    throw new PlanError(
      parsed.error.issues
        .flatMap((issue) => describeIssue(issue, at))
        .map(({ path, message }) => problemAt(offsetOf(document, path), path, message, 'error')),
    );
  }
  const digest = `sha256:${createHash('sha256')
    .update(canonicalize(content) ?? '')
    .digest('hex')}`;
  const plan = compilePlan(parsed.data, digest);
  const found = crossCheck(plan, stage).map(({ path, message, level }) =>
    problemAt(offsetOf(document, path), path, message, level),
  );
  const errors = found.filter((problem) => problem.level === 'error');
  if (errors.length > 0) throw new PlanError(errors);
  return { plan, document: content, warnings: found };
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
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new PlanError([{ file, line: 0, column: 0, path: '', message, level: 'error' }]);
  }
  return parsePlan(text, { file, stage, env });
};
