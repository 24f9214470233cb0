/**
 * Of some parts of an archive, each named by its first and last segment, those that lie in no other one; of
 * equal ones the first. In the order given. Ways to several timelines share parts, of which one may see less.
 */
export const outermost = <Part extends { first: string; last: string }>(
  parts: readonly Part[],
): Part[] => {
  const byFirst = parts.toSorted((a, b) => {
    if (a.first !== b.first) return a.first < b.first ? -1 : 1;
    return a.last === b.last ? 0 : a.last > b.last ? -1 : 1;
  });
  const kept = new Set<Part>();
  let end = '';
  for (const part of byFirst) {
    if (part.last <= end) continue;
    kept.add(part);
    end = part.last;
  }
  return parts.filter((part) => kept.has(part));
};
