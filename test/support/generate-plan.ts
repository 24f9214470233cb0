import fc from 'fast-check';
import { parse, stringify } from 'yaml';
import { examplePlans } from './plan-text.ts';

type Node = Record<string, unknown> | unknown[];
type Mutation = {
  at: number;
  how: 'delete' | 'replace' | 'rename' | 'insert' | 'wrap' | 'copy' | 'hoist' | 'spill';
  value: unknown;
  key: string;
};

/** Words of the plan's language and things that break programs, in equal parts. */
const WORDS = [
  ...['plan', 'kind', 'location', 'within', 'passphrase', 'openssl', 'webhook', 'match', 'wal'],
  ...['gzip', 'forever', '30d', 'daily', 's3://bucket/', '${ssm:/x}', '${env:X}', 'critical'],
  ...[
    '__proto__',
    'constructor',
    'toString',
    '',
    ' ',
    '\u0000',
    '\uD800',
    '😀',
    '<<',
    '*',
    '!!map',
  ],
];

const text = fc.oneof(fc.constantFrom(...WORDS), fc.string({ unit: 'binary', maxLength: 8 }));
const scalar = fc.oneof(text, fc.integer(), fc.double(), fc.boolean(), fc.constant(null));
const value = fc.oneof(
  { weight: 4, arbitrary: scalar },
  { weight: 1, arbitrary: fc.array(scalar, { maxLength: 3 }) },
  { weight: 1, arbitrary: fc.dictionary(text, scalar, { maxKeys: 3 }) },
);
const mutation: fc.Arbitrary<Mutation> = fc.record({
  at: fc.nat(),
  how: fc.constantFrom('delete', 'replace', 'rename', 'insert', 'wrap', 'copy', 'hoist', 'spill'),
  value,
  key: text,
});

const isNode = (candidate: unknown): candidate is Node =>
  typeof candidate === 'object' && candidate !== null;

const placesIn = (node: unknown): { parent: Node; key: string }[] =>
  isNode(node)
    ? Object.keys(node).flatMap((key) => [
        { parent: node, key },
        ...placesIn(Reflect.get(node, key)),
      ])
    : [];

/** The texts and numbers below a node, each with what holds it. */
const leavesOf = (node: unknown): { parent: Node; key: string }[] =>
  placesIn(node).filter(({ parent, key }) => !isNode(Reflect.get(parent, key)));

const define = (parent: Node, key: string, content: unknown): void => {
  Object.defineProperty(parent, key, {
    value: content,
    writable: true,
    enumerable: true,
    configurable: true,
  });
};

const mutate = (plan: unknown, { at, how, value: other, key }: Mutation): void => {
  const places = placesIn(plan);
  const place = places[at % Math.max(1, places.length)];
  if (place === undefined) return;
  const { parent } = place;
  const there: unknown = Reflect.get(parent, place.key);
  if (how === 'delete' || how === 'rename') Reflect.deleteProperty(parent, place.key);
  if (how === 'rename') define(parent, Array.isArray(parent) ? place.key : key, there);
  if (how === 'insert') define(parent, Array.isArray(parent) ? '0' : key, other);
  if (how === 'replace') define(parent, place.key, other);
  if (how === 'wrap') define(parent, place.key, at % 2 === 0 ? [there] : { [key]: there });
  const [leaf] = leavesOf({ there }).slice(at % 5);
  const lifted: unknown = leaf && Reflect.get(leaf.parent, leaf.key);
  if (how === 'hoist' && leaf) define(parent, place.key, lifted);
  if (how === 'spill' && leaf) {
    for (const key of Object.keys(leaf.parent)) Reflect.deleteProperty(leaf.parent, key);
    define(leaf.parent, Array.isArray(leaf.parent) ? '0' : String(lifted), null);
  }
  if (how === 'copy') define(parent, place.key, structuredClone(places[at % 7]?.parent ?? there));
};

/** The five plans cut into plans of one backup each, small enough to read ten thousand of them. */
const SMALL_PLANS: Record<string, unknown>[] = examplePlans().flatMap(({ text: yaml }) => {
  const { backups, ...rest }: Record<string, unknown> = parse(yaml);
  return Object.entries(isNode(backups) ? backups : {}).map(([name, backup], index) => ({
    plan: rest.plan,
    ...(index % 5 === 0 ? { ...rest } : {}),
    backups: { [name]: backup },
  }));
});

/** One of the five plans with one to three things deleted, replaced, renamed, wrapped or put in. */
export const mutatedPlan = (
  prepare: (plan: Record<string, unknown>) => void = () => undefined,
): fc.Arbitrary<string> =>
  fc
    .tuple(fc.constantFrom(...SMALL_PLANS), fc.array(mutation, { minLength: 1, maxLength: 3 }))
    .map(([plan, mutations]) => {
      const copy = structuredClone(plan);
      prepare(copy);
      for (const one of mutations) mutate(copy, one);
      return JSON.stringify(copy);
    });

const TEXTS = SMALL_PLANS.map((plan) => stringify(plan));
const SNIPPETS = [
  ...'{}[]:,-?*&!|>"\'#%@`\t\n ',
  '- ',
  ': ',
  '\n  ',
  '---\n',
  '*a',
  '&a ',
  '!!binary ',
];

/** The text of one of the five plans with a piece cut out and something else put there. */
export const damagedText: fc.Arbitrary<string> = fc
  .tuple(
    fc.constantFrom(...TEXTS),
    fc.nat(),
    fc.nat({ max: 12 }),
    fc.oneof(fc.constantFrom(...SNIPPETS), text),
  )
  .map(([yaml, seed, length, snippet]) => {
    const at = seed % yaml.length;
    return yaml.slice(0, at) + snippet + yaml.slice(at + length);
  });

/** Any JSON, any text, and texts that look like YAML. */
export const anyText: fc.Arbitrary<string> = fc.oneof(
  fc.json({ maxDepth: 4 }),
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc
    .array(fc.constantFrom(...SNIPPETS, ...WORDS), { maxLength: 20 })
    .map((parts) => parts.join('')),
  fc.dictionary(fc.constantFrom(...WORDS), value, { maxKeys: 5 }).map((map) => JSON.stringify(map)),
);
