/** Edit distance with adjacent swaps (optimal string alignment): typing slips cost one. */
const distance = (a: string, b: string): number => {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  const at = (i: number, j: number): number => rows[i]?.[j] ?? Number.POSITIVE_INFINITY;
  for (let i = 1; i <= a.length; i += 1) {
    rows[i] = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const substitution = at(i - 1, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swap = swapped ? at(i - 2, j - 2) + 1 : Number.POSITIVE_INFINITY;
      rows[i]?.push(Math.min(at(i - 1, j) + 1, at(i, j - 1) + 1, substitution, swap));
    }
  }
  return at(a.length, b.length);
};

/** `warn` for `warning` is an abbreviation, however many letters it lacks. */
const isShort = (wrong: string, name: string): boolean =>
  wrong.length >= 3 && name.toLowerCase().startsWith(wrong.toLowerCase());

/** `gz` for `gzip`, `bz2` for `bzip2`: it begins alike, and letters are left out. */
const lacksLetters = (wrong: string, name: string): boolean => {
  if (wrong.length < 2 || wrong.length >= name.length || wrong[0] !== name[0]) return false;
  let at = 0;
  for (const letter of name) if (letter === wrong[at]) at += 1;
  return at === wrong.length;
};

/** The name that was probably meant, or nothing where none is near. */
export const nearestName = (wrong: string, names: readonly string[]): string | undefined => {
  const text = wrong.slice(0, 64).toLowerCase();
  const isNear = (cost: number): boolean => cost <= Math.max(2, Math.ceil(wrong.length / 3));
  const ranked = names
    .map((name) => ({
      name,
      cost: distance(text, name.toLowerCase()),
      lacks: lacksLetters(text, name.toLowerCase()) ? 0 : 1,
      longer: Math.abs(name.length - wrong.length),
    }))
    .sort((a, b) =>
      isNear(a.cost) && isNear(b.cost)
        ? a.lacks - b.lacks || a.cost - b.cost || a.longer - b.longer
        : a.cost - b.cost,
    );
  const [best] = ranked;
  return best && isNear(best.cost) ? best.name : names.find((name) => isShort(wrong, name));
};
