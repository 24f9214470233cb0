import canonicalize from 'canonicalize';
import * as z from 'zod';

const canonical = (value: unknown): string => canonicalize(value) ?? 'null';

/** A list of alternatives: their order and repetitions mean nothing. */
const anyOf = (values: unknown[]): unknown[] => {
  const byText = new Map(values.map((value) => [canonical(value), value]));
  return [...byText.keys()].sort().map((text) => byText.get(text));
};

const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** `{ anything-but: a }` is `{ anything-but: [a] }`, in any order; a range of numbers keeps its order. */
const condition = (value: unknown): unknown => {
  if (!isMap(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([operator, operand]) => {
      if (operator !== 'anything-but' || isMap(operand)) return [operator, operand];
      return [operator, anyOf(Array.isArray(operand) ? operand : [operand])];
    }),
  );
};

const policy = (value: unknown): unknown => {
  if (!isMap(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, wanted]) => {
      if (!Array.isArray(wanted)) return [key, policy(wanted)];
      return [key, anyOf(wanted.map(key === '$or' ? policy : condition))];
    }),
  );
};

const jsonSchema = z.record(z.string(), z.unknown());

/** A filter policy as one text that is equal for equal meanings; `undefined` for none. */
export const filterMeaning = (filter: Record<string, unknown> | undefined): string | undefined =>
  filter === undefined || Object.keys(filter).length === 0 ? undefined : canonical(policy(filter));

/** Of the text that SNS keeps. `unreadable` is what no plan can mean. */
export const filterMeaningOfText = (text: string | undefined): string | undefined => {
  if (text === undefined || text === '') return undefined;
  try {
    return filterMeaning(jsonSchema.parse(JSON.parse(text)));
  } catch {
    return 'unreadable';
  }
};
