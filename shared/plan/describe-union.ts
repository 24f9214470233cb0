import type * as z from 'zod';
import { nearestName } from './nearest-name.ts';
import { branchesOf, kindMeant, kindsOf, schemasAt } from './plan-json-schema.ts';

type Issue = z.core.$ZodIssue;

/** An alternative of another shape altogether: a text where a map was written. */
const isOtherShape = (branch: Issue[]): boolean =>
  branch.some(
    ({ code, path }) => path.length === 0 && (code === 'invalid_type' || code === 'invalid_value'),
  );

/** Whether a branch misses a key that a wrong key nearly is. */
const isSlip = (branch: Issue[]): boolean => {
  const missing = branch
    .filter((issue) => issue.code === 'invalid_type')
    .map((issue) => String(issue.path[0]));
  const wrong = branch.flatMap((issue) => (issue.code === 'unrecognized_keys' ? issue.keys : []));
  return wrong.some((key) => nearestName(key, missing) !== undefined);
};

/** Of a map that has none of the keys that the alternative asks for, and others, nothing tells that it was meant. */
const isAlien = (branch: Issue[], present: number): boolean =>
  present === 0 &&
  branch.some(({ code, path }) => code === 'unrecognized_keys' && path.length === 0);

/**
 * Of a union's alternatives the complaints of the one that was most likely meant: the one whose kind
 * is written there or is its name, else nearest in its keys, else with most of the keys that it asks for,
 * else with the fewest faults. Nothing where a map or a list of that shape is not among them.
 */
export const likelyAlternative = (
  alternatives: Issue[][],
  path: PropertyKey[],
  at: (path: PropertyKey[]) => unknown,
): Issue[] | undefined => {
  const kind = kindMeant(at([...path, 'kind']), path.at(-1) ?? '');
  const schemas = schemasAt(path, at).flatMap(branchesOf);
  const isKind = (index: number): boolean =>
    schemas.length === alternatives.length && kindsOf(schemas[index] ?? {}).includes(kind);
  const required = (index: number): string[] =>
    schemas.length === alternatives.length ? (schemas[index]?.required ?? []) : [];
  const presentIn = (index: number): number =>
    required(index).filter((key) => at([...path, key]) !== undefined).length;
  const ranked = alternatives
    .map((issues, index) => ({
      issues,
      isKind: isKind(index),
      isSlip: isSlip(issues),
      present: presentIn(index),
    }))
    .filter(({ issues }) => !isOtherShape(issues))
    .sort(
      (a, b) =>
        Number(b.isKind) - Number(a.isKind) ||
        Number(b.isSlip) - Number(a.isSlip) ||
        b.present - a.present ||
        a.issues.length - b.issues.length,
    );
  const [best] = ranked;
  const isGuess = best !== undefined && !best.isKind && !best.isSlip;
  return isGuess && isAlien(best.issues, best.present) ? undefined : best?.issues;
};
