/** Gathers what comes into groups of `size`; the last may be smaller. */
export async function* inGroups<One>(all: AsyncIterable<One>, size: number) {
  let group: One[] = [];
  for await (const one of all) {
    group.push(one);
    if (group.length < size) continue;
    yield group;
    group = [];
  }
  if (group.length > 0) yield group;
}
