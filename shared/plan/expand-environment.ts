/** Deeper plans do not exist; deeper input is a mistake or an attack on the stack. */
const DEEPEST = 32;

export type Refusal = { path: PropertyKey[]; message: string };

/**
 * A copy of plain content with every `${env:NAME}` in its texts filled in. Keys are left alone. Where
 * a variable is not set, or the content is nested too deeply, that is among the refusals.
 */
export const expandEnvironment = (
  content: unknown,
  env: Record<string, string | undefined>,
): { content: unknown; refusals: Refusal[] } => {
  const refusals: Refusal[] = [];
  const fill = (text: string, path: PropertyKey[]): string =>
    text.replaceAll(/\$\{env:([^}]*)\}/g, (_, name: string) => {
      const value = env[name];
      if (value !== undefined) return value;
      refusals.push({
        path,
        message: /^\w{1,100}$/.test(name)
          ? `\${env:${name}}: the environment variable ${name} is not set`
          : 'the name in ${env:NAME} must be letters, digits and underscores',
      });
      return '';
    });
  const expand = (value: unknown, path: PropertyKey[]): unknown => {
    if (typeof value === 'string') return fill(value, path);
    if (typeof value !== 'object' || value === null) return value;
    if (path.length >= DEEPEST) {
      refusals.push({ path, message: `is nested deeper than ${DEEPEST} levels` });
      return undefined;
    }
    if (Array.isArray(value)) return value.map((item, index) => expand(item, [...path, index]));
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => {
        // Zod passes over this key in a map of names instead of refusing it.
        if (key === '__proto__') refusals.push({ path: [...path, key], message: 'is no name' });
        return [key, expand(item, [...path, key])];
      }),
    );
  };
  return { content: expand(content, []), refusals };
};
