import * as z from 'zod';

/** Where a secret is kept. `literal` is one that stands in the plan itself. */
export type SecretReference =
  | { from: 'ssm'; name: string }
  | { from: 'secretsmanager'; name: string }
  | { from: 'literal'; value: string };

/** Reads `${ssm:/path}` and `${secret:name}`; any other text is the secret itself. */
export const parseSecretReference = (text: string): SecretReference | undefined => {
  const [, scheme, name = ''] = /^\$\{(\w+):([^}]*)\}$/.exec(text) ?? [];
  if (scheme === undefined)
    return text.includes('${') ? undefined : { from: 'literal', value: text };
  if (scheme === 'ssm' && /^\/?[\w./-]+$/.test(name)) return { from: 'ssm', name };
  if (scheme === 'secret' && /^[\w/+=.@:-]+$/.test(name)) return { from: 'secretsmanager', name };
  return undefined;
};

/** Names the place, never the value. */
export const describeSecret = (secret: SecretReference): string =>
  secret.from === 'literal' ? 'a value in the plan' : `${secret.from}:${secret.name}`;

export const secretSchema = z
  .string()
  .min(1)
  .transform((text, context) => {
    const reference = parseSecretReference(text);
    if (reference !== undefined) return reference;
    context.addIssue('must be ${ssm:/path} or ${secret:name} (the value is not shown here)');
    return z.NEVER;
  });
