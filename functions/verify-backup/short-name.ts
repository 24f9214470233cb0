/** What a person calls an object, `shop.dump`, or a folder, `2026-11-21/`. */
export const shortName = (key: string): string => /[^/]+\/?$/.exec(key)?.[0] ?? key;
