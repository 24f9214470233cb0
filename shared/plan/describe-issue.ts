import { z } from 'zod';
import { nearestName } from './nearest-name.ts';
import { planSchema } from './schema.ts';

export type Complaint = { path: PropertyKey[]; message: string };
type Issue = z.core.$ZodIssue;
type Schema = z.core.JSONSchema.JSONSchema;

/** Every key that the plan's schema allows at a path, over all branches of unions. */
const allowedKeys = (path: PropertyKey[]): string[] => {
  const root = z.toJSONSchema(planSchema, { io: 'input' });
  let level: Schema[] = [root];
  const branches = (schema: Schema): Schema[] =>
    [schema, ...(schema.anyOf ?? []), ...(schema.oneOf ?? []), ...(schema.allOf ?? [])].filter(
      (branch) => typeof branch === 'object',
    );
  const isSchema = (value: unknown): value is Schema => typeof value === 'object' && value !== null;
  for (const step of path) {
    level = level.flatMap(branches).flatMap((schema) => {
      const { properties = {}, additionalProperties, items } = schema;
      const next =
        typeof step === 'number' ? items : (properties[String(step)] ?? additionalProperties);
      return isSchema(next) && !Array.isArray(next) ? [next] : [];
    });
  }
  return level.flatMap(branches).flatMap((schema) => Object.keys(schema.properties ?? {}));
};

const suggestion = (wrong: string, names: readonly string[]): string => {
  const near = nearestName(wrong, names);
  if (near !== undefined) return `; did you mean "${near}"?`;
  return names.length === 0 ? '' : `; known here: ${[...new Set(names)].join(', ')}`;
};

const unknownKeys = (path: PropertyKey[], keys: string[]): Complaint[] =>
  keys.map((key) => ({
    path: [...path, key],
    message: `unknown key "${key}"${suggestion(key, allowedKeys(path))}`,
  }));

const isWrongShape = (issue: Issue): boolean =>
  issue.code === 'invalid_type' && issue.path.length === 0;

/** Of a union's branches, the one that was most likely meant: right shape, nearest keys, fewest faults. */
const likelyBranch = (branches: Issue[][]): Issue[] => {
  const slip = (branch: Issue[]): number => {
    const missing = branch
      .filter((issue) => issue.code === 'invalid_type')
      .map((issue) => String(issue.path[0]));
    const wrong = branch.flatMap((issue) => (issue.code === 'unrecognized_keys' ? issue.keys : []));
    return wrong.some((key) => nearestName(key, missing) !== undefined) ? 0 : 1;
  };
  const ranked = [...branches].sort(
    (a, b) =>
      Number(a.some(isWrongShape)) - Number(b.some(isWrongShape)) ||
      slip(a) - slip(b) ||
      a.length - b.length,
  );
  return ranked[0] ?? [];
};

/** Zod's issue in words that name the field, what it was, and what would be right. */
export const describeIssue = (issue: Issue, at: (path: PropertyKey[]) => unknown): Complaint[] => {
  const was = at(issue.path);
  switch (issue.code) {
    case 'unrecognized_keys':
      return unknownKeys(issue.path, issue.keys);
    case 'invalid_union': {
      if (issue.errors.length === 0) {
        const options = (issue as { options?: unknown[] }).options?.map(String) ?? [];
        const message =
          was === undefined
            ? `is missing; one of ${options.join(', ')}`
            : `unknown ${issue.discriminator ?? 'value'} ${JSON.stringify(was)}${suggestion(String(was), options)}`;
        return [{ path: issue.path, message }];
      }
      return likelyBranch(issue.errors).flatMap((inner) =>
        describeIssue({ ...inner, path: [...issue.path, ...inner.path] }, at),
      );
    }
    case 'invalid_value': {
      const options = issue.values.map(String);
      const message =
        was === undefined
          ? `is missing; one of ${options.join(', ')}`
          : `unknown value ${JSON.stringify(was)}${suggestion(String(was), options)}`;
      return [{ path: issue.path, message }];
    }
    case 'invalid_type': {
      const shape = was === null ? 'empty' : Array.isArray(was) ? 'a list' : `a ${typeof was}`;
      const message =
        was === undefined ? 'is missing' : `must be a ${issue.expected}, not ${shape}`;
      return [{ path: issue.path, message }];
    }
    case 'invalid_key':
      return [{ path: issue.path, message: issue.issues[0]?.message ?? issue.message }];
    default:
      return [{ path: issue.path, message: issue.message }];
  }
};
