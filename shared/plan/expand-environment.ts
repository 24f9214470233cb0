/** Deeper plans do not exist; deeper input is a mistake or an attack on the stack. */
const DEEPEST = 32;

/** "\ud800" in YAML is half of a character: no UTF-8 and no digest can be made of it. */
const HALF = 'has half of a character in it (a lone surrogate)';

export type Refusal = { path: PropertyKey[]; message: string };

/**
 * A copy of plain content with every `${env:NAME}` in its texts filled in. Keys are left alone.
 * What no plan can have in it, such as a variable that is not set, is among the refusals.
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
    if (typeof value === 'string') {
      const filled = fill(value, path);
      if (!filled.isWellFormed()) refusals.push({ path, message: HALF });
      return filled;
    }
    if (typeof value !== 'object' || value === null) return value;
    if (path.length >= DEEPEST) {
      refusals.push({ path, message: `is nested deeper than ${DEEPEST} levels` });
      return undefined;
    }
    if (Array.isArray(value)) return value.map((item, index) => expand(item, [...path, index]));
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => {
        const below = [...path, key];
        // Zod passes over this key in a map of names instead of refusing it.
        if (key === '__proto__') refusals.push({ path: below, message: 'is no name' });
        if (!key.isWellFormed()) refusals.push({ path: below, message: HALF });
        return [key, expand(item, below)];
      }),
    );
  };
  return { content: expand(content, []), refusals };
};
