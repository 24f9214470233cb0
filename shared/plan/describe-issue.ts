import type * as z from 'zod';
import { likelyAlternative } from './describe-union.ts';
import { nearestName } from './nearest-name.ts';
import { branchesOf, keysAt, kindsOf, schemasAt } from './plan-json-schema.ts';
import { quoteValue } from './quote-value.ts';
import { mayHoldSecret, showKey } from './secret-path.ts';

export type Complaint = { path: PropertyKey[]; message: string };
type Issue = z.core.$ZodIssue;
/** What the file has at a path, as it was written: `${env:…}` not filled in. */
export type Lookup = (path: PropertyKey[]) => unknown;

const SHAPES: Record<string, string> = {
  object: 'a map',
  record: 'a map',
  array: 'a list',
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
};

const isScalar = (value: unknown): boolean => typeof value !== 'object' || value === null;

/** What a value is, in a word where it may be a secret or where a map or a list was wanted. */
const shapeOf = (value: unknown): string => {
  if (value === null) return 'empty';
  if (Array.isArray(value)) return 'a list';
  return SHAPES[typeof value] ?? 'something else';
};

const suggestion = (wrong: unknown, names: readonly string[]): string => {
  const near = typeof wrong === 'string' ? nearestName(wrong, names) : undefined;
  if (near !== undefined) return `; did you mean "${near}"?`;
  return names.length === 0 ? '' : `; known here: ${[...new Set(names)].join(', ')}`;
};

const unknownKey = (path: PropertyKey[], key: string, at: Lookup): Complaint => {
  const names = keysAt(path, at).filter((name) => name !== key);
  const shown = showKey(key, path);
  const what = shown === key ? `unknown key "${key}"` : 'unknown key (not shown here)';
  return { path: [...path, key], message: `${what}${suggestion(key, names)}` };
};

/** What would be right at a path where nothing stands: the schema's own words for it. */
const missing = (path: PropertyKey[], at: Lookup, must?: string): string => {
  const [schema] = schemasAt(path, at);
  const choices = schema?.enum?.map(String) ?? [];
  const words = schema?.description ?? (choices.length > 0 ? `one of ${choices.join(', ')}` : must);
  return words === undefined ? 'is missing' : `is missing: ${words}`;
};

/** The author's own message; zod's defaults all start with a few words of theirs. */
const ownMessage = ({ message }: Issue): string | undefined =>
  /^(Invalid|Too |Unrecognized)/.test(message) ? undefined : message;

const wanted = (issue: Issue): string => {
  const own = ownMessage(issue);
  if (own !== undefined) return own;
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${SHAPES[issue.expected] ?? issue.expected}`;
    case 'too_small':
      return issue.origin === 'string' || issue.origin === 'array'
        ? 'must not be empty'
        : `must be at least ${issue.minimum}`;
    case 'too_big':
      return issue.origin === 'string'
        ? `must have at most ${issue.maximum} characters`
        : `must be at most ${issue.maximum}`;
    default:
      return 'has a value that is not allowed';
  }
};

/** `must be X, not "Y"`: the value only where it is no map or list, and no secret can stand there. */
const refused = (issue: Issue, at: Lookup): Complaint => {
  const { path } = issue;
  const was = at(path);
  if (was === undefined) return { path, message: missing(path, at, ownMessage(issue)) };
  const must = wanted(issue);
  const hidden = mayHoldSecret(path);
  const isOtherShape = issue.code === 'invalid_type' || issue.code === 'invalid_union';
  const wantsCollection = /^must be a (map|list)/.test(must);
  if (hidden || wantsCollection || !isScalar(was)) {
    const tellsMore = isOtherShape && !(hidden && typeof was === 'string');
    return { path, message: tellsMore ? `${must}, not ${shapeOf(was)}` : must };
  }
  return { path, message: `${must}, not ${quoteValue(was)}` };
};

const unknownValue = (
  path: PropertyKey[],
  names: string[],
  at: Lookup,
  what: string,
): Complaint => {
  const was = at(path);
  if (was === undefined) return { path, message: `is missing: one of ${names.join(', ')}` };
  const shown = mayHoldSecret(path) ? '' : ` ${quoteValue(was)}`;
  return { path, message: `unknown ${what}${shown}${suggestion(was, names)}` };
};

/** The fixed words among a union's alternatives: `forever`, `gzip`. */
const words = (alternatives: Issue[][]): string[] =>
  alternatives
    .flat()
    .flatMap((issue) => (issue.code === 'invalid_value' ? issue.values.map(String) : []));

const describeUnion = (issue: z.core.$ZodIssueInvalidUnion, at: Lookup): Complaint[] => {
  const was = at(issue.path);
  if (issue.errors.length === 0) {
    const above = issue.path.slice(0, -1);
    const kinds = schemasAt(above, at).flatMap(branchesOf).flatMap(kindsOf);
    return [unknownValue(issue.path, kinds, at, issue.discriminator ?? 'value')];
  }
  const alternative = isScalar(was) ? undefined : likelyAlternative(issue.errors, issue.path, at);
  if (alternative !== undefined) {
    return alternative.flatMap((inner) =>
      describeIssue({ ...inner, path: [...issue.path, ...inner.path] }, at),
    );
  }
  // A map of unknown keys is a map, which is no news: which maps there are is.
  const isMap = !isScalar(was) && !Array.isArray(was);
  const { path, message } = isMap
    ? { path: issue.path, message: wanted(issue) }
    : refused(issue, at);
  const near = typeof was === 'string' ? nearestName(was, words(issue.errors)) : undefined;
  return [{ path, message: near === undefined ? message : `${message}; did you mean "${near}"?` }];
};

/**
 * Zod's issue in words that name the field, what it was, and what would be right. A value that may
 * be a secret is never repeated, whatever is wrong with it.
 */
export const describeIssue = (issue: Issue, at: Lookup): Complaint[] => {
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => unknownKey(issue.path, key, at));
    case 'invalid_union':
      return describeUnion(issue, at);
    case 'invalid_value':
      return [unknownValue(issue.path, issue.values.map(String), at, 'value')];
    case 'invalid_key':
      return [
        { path: issue.path, message: `its name ${issue.issues[0]?.message ?? issue.message}` },
      ];
    default:
      return [refused(issue, at)];
  }
};
