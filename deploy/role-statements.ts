import * as z from 'zod';
import type { Template } from './package-service.ts';
import { renderValue } from './render-value.ts';

/** One thing that a function may do, rendered. */
export type RoleStatement = {
  sid: string;
  effect: string;
  actions: string[];
  resources: string[];
  conditions: string[];
};

const list = <T extends z.ZodType>(item: T) =>
  z.union([z.array(item), item.transform((one) => [one])]);

const statementSchema = z.looseObject({
  Sid: z.string().default(''),
  Effect: z.string(),
  Action: list(z.string()),
  Resource: list(z.unknown()),
  Condition: z.record(z.string(), z.record(z.string(), z.unknown())).default({}),
});

const roleSchema = z.looseObject({
  ManagedPolicyArns: z.array(z.unknown()).default([]),
  Policies: z.array(
    z.looseObject({ PolicyDocument: z.looseObject({ Statement: z.array(statementSchema) }) }),
  ),
});

const functionSchema = z.looseObject({
  FunctionName: z.string(),
  Role: z.strictObject({ 'Fn::GetAtt': z.tuple([z.string(), z.literal('Arn')]) }),
});

const conditionLines = (conditions: Record<string, Record<string, unknown>>): string[] =>
  Object.entries(conditions).flatMap(([operator, tests]) =>
    Object.entries(tests).map(
      ([key, value]) =>
        `${key} ${operator} ${(Array.isArray(value) ? value : [value]).map(renderValue).join(' or ')}`,
    ),
  );

const statementsOf = (template: Template, roleId: string): RoleStatement[] => {
  const role = roleSchema.parse(template.Resources[roleId]?.Properties);
  if (role.ManagedPolicyArns.length > 0) {
    throw new Error(`${roleId} has managed policies, which cannot be shown here`);
  }
  return role.Policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement).map(
    ({ Sid, Effect, Action, Resource, Condition }) => ({
      sid: Sid,
      effect: Effect,
      actions: Action,
      resources: Resource.map(renderValue),
      conditions: conditionLines(Condition),
    }),
  );
};

/**
 * What each function of a packaged template may do, by the function's deployed name.
 *
 * @throws where a role is written in a way that is not understood: nothing is left out silently.
 */
export const roleStatements = (template: Template): Record<string, RoleStatement[]> => {
  const functions = Object.values(template.Resources).filter(
    ({ Type }) => Type === 'AWS::Lambda::Function',
  );
  return Object.fromEntries(
    functions.map(({ Properties }) => {
      const { FunctionName, Role } = functionSchema.parse(Properties);
      return [FunctionName, statementsOf(template, Role['Fn::GetAtt'][0])];
    }),
  );
};
