import type * as z from 'zod';

/**
 * Parses a function's environment, once, at cold start.
 *
 * @throws naming every variable that is missing or wrong, without its value.
 */
export const readConfig = <T>(schema: z.ZodType<T>, env: NodeJS.ProcessEnv): T => {
  const parsed = schema.safeParse(env);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw new Error(`The environment is not complete: ${problems.join('; ')}`);
};
