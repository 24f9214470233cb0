/**
 * Whether what stands at a path may be a secret, or hold one: channels, routes (where a webhook is
 * written by mistake), encodings with their passphrases, databases. Errors there show no value.
 */
export const mayHoldSecret = (path: readonly PropertyKey[]): boolean =>
  (path[0] === 'alerts' && (path[1] === 'channels' || path[1] === 'routes')) ||
  (path[0] === 'backups' && path[2] === 'encoding') ||
  (path[0] === 'webhooks' && path[2] === 'duplicates') ||
  path.includes('passphrase');

const PLAIN_KEY = /^[\w .-]{1,40}$/;
const HARMLESS_KEY = /^[A-Za-z][A-Za-z -]{0,19}$/;

/**
 * A key as an error may show it. `{webhook:https://…}` without a space is one long key to YAML, so a
 * key is shown only where it looks like one, and among secrets only where it is a short word.
 */
export const showKey = (key: PropertyKey, parent: readonly PropertyKey[]): string => {
  if (typeof key === 'number') return String(key);
  const shape = mayHoldSecret([...parent, key]) ? HARMLESS_KEY : PLAIN_KEY;
  const [section, part, ...deeper] = parent;
  const isChannel = section === 'alerts' && part === 'channels' && deeper.length === 0;
  const fits = isChannel ? /^[a-z][a-z0-9 -]{0,23}$/i.test(String(key)) : shape.test(String(key));
  return fits ? String(key) : '…';
};

/** No plan goes deeper; what does is shown as far as this. */
const DEEPEST_SHOWN = 12;

/** A path as an error may show it. */
export const showPath = (path: readonly PropertyKey[]): string => {
  const steps = path.slice(0, DEEPEST_SHOWN);
  const shown = steps.map((step, index) => showKey(step, path.slice(0, index)));
  return [...shown, ...(path.length > DEEPEST_SHOWN ? ['…'] : [])].join('.');
};
