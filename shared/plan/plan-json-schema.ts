import * as z from 'zod';
import { planSchema } from './schema.ts';

export type JsonSchema = z.core.JSONSchema.BaseSchema;

let made: JsonSchema | undefined;

const REFERENCE = '|\\$\\{env:\\w+\\}';

/**
 * An editor sees `${env:NAME}` where the loader sees what it stands for. Zod calls this more than once
 * for one schema, where that is a chain of several.
 */
const allowReference = (schema: JsonSchema): void => {
  delete schema.format;
  const { pattern } = schema;
  if (pattern === undefined || pattern.endsWith(REFERENCE)) return;
  schema.pattern = `${pattern}${REFERENCE}`;
};

/**
 * The schema of the plan file for editors: what `plan.schema.json` holds. Draft 7, because that is
 * what the YAML language server reads in every version.
 */
export const planJsonSchema = (): JsonSchema => {
  made ??= z.toJSONSchema(planSchema, {
    io: 'input',
    target: 'draft-7',
    override: ({ jsonSchema }) => allowReference(jsonSchema),
  });
  return made;
};

const isSchema = (value: unknown): value is JsonSchema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The `kind`s that a branch of alternatives is for. */
export const kindsOf = (schema: JsonSchema): string[] => {
  const kind = schema.properties?.kind;
  if (!isSchema(kind)) return [];
  return (kind.enum ?? (kind.const === undefined ? [] : [kind.const])).map(String);
};

/** The alternatives of a schema, or itself where it has none. */
export const branchesOf = (schema: JsonSchema): JsonSchema[] => {
  const branches = (schema.anyOf ?? schema.oneOf ?? []).filter(isSchema);
  return branches.length === 0 ? [schema] : branches.flatMap(branchesOf);
};

/** The kind that is written somewhere, or the name of the thing where none is, or no text. */
export const kindMeant = (written: unknown, name: PropertyKey): string =>
  typeof written === 'string' ? written : String(name);

/** Of alternatives the one whose `kind` is written there, or is the name that the thing has. */
const likelyBranches = (schema: JsonSchema, value: unknown, name: PropertyKey): JsonSchema[] => {
  const branches = branchesOf(schema);
  const kind = kindMeant(isSchema(value) ? Reflect.get(value, 'kind') : undefined, name);
  const meant = branches.filter((branch) => kindsOf(branch).includes(kind));
  return meant.length === 0 ? branches : meant;
};

/**
 * The parts of the schema that describe what stands at a path, before alternatives are told apart.
 * `at` looks up what the file has there.
 */
export const schemasAt = (
  path: readonly PropertyKey[],
  at: (path: PropertyKey[]) => unknown,
): JsonSchema[] => {
  let level: JsonSchema[] = [planJsonSchema()];
  for (const [index, step] of path.entries()) {
    const above = path.slice(0, index);
    level = level
      .flatMap((schema) => likelyBranches(schema, at(above), above.at(-1) ?? ''))
      .flatMap(({ properties, additionalProperties, items }) => {
        const next =
          typeof step === 'number' ? items : (properties?.[String(step)] ?? additionalProperties);
        return isSchema(next) ? [next] : [];
      });
  }
  return level;
};

/** Every key that the schema allows at a path. */
export const keysAt = (
  path: readonly PropertyKey[],
  at: (path: PropertyKey[]) => unknown,
): string[] => {
  const keys = schemasAt(path, at)
    .flatMap((schema) => likelyBranches(schema, at([...path]), path.at(-1) ?? ''))
    .flatMap((schema) => Object.keys(schema.properties ?? {}));
  return [...new Set(keys)];
};
