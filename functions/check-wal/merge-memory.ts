import type { DeepMemory, WalkedEnd } from './deep-memory.ts';
import { type Finding, type HeaderMemory, MAX_FINDINGS } from './header-memory.ts';
import { mergeForms } from './merge-blocks.ts';
import { EXAMPLES, isSameCluster } from './note-inspected.ts';
import { MAX_ENDS } from './note-walk.ts';
import { type Blocks, beginAnew } from './read-blocks.ts';

/** What is remembered of the insides of an archive's segments. */
export type Insides = { headers: HeaderMemory; deep: DeepMemory };

/** Findings of names that are no longer marked are dropped by the next run. */
const allOf = (most: number, lists: readonly (readonly Finding[])[]): Finding[] =>
  [...new Map(lists.flat().map((one) => [`${one.name} ${one.finding}`, one])).values()].slice(
    0,
    most,
  );

/** Of segments that were counted as another cluster's only what is wrong with them is told. */
const comparable = (mine: HeaderMemory, theirs: HeaderMemory): HeaderMemory => {
  const { cluster } = mine;
  const isOne = theirs.cluster === undefined || (cluster && isSameCluster(cluster, theirs.cluster));
  if (isOne || cluster === undefined) return mine;
  const forms = new Map([...mine.forms].map(([key, blocks]) => [key, beginAnew(blocks)]));
  return { ...mine, forms, foreign: theirs.foreign };
};

const formsOf = ({ foreign }: HeaderMemory, { cluster }: HeaderMemory['foreign'][number]) =>
  foreign.find((one) => isSameCluster(one.cluster, cluster))?.forms ?? new Map<string, Blocks>();

const mergeHeaders = (
  before: HeaderMemory,
  mine: HeaderMemory,
  theirs: HeaderMemory,
): HeaderMemory => {
  const ours = comparable(mine, theirs);
  const since = ours === mine ? before.forms : new Map();
  const strangers = [...ours.foreign, ...theirs.foreign].filter(
    (one, index, all) =>
      all.findIndex((some) => isSameCluster(some.cluster, one.cluster)) === index,
  );
  return {
    forms: mergeForms(since, ours.forms, theirs.forms),
    compared: mergeForms(before.compared, mine.compared, theirs.compared),
    cluster: theirs.cluster ?? mine.cluster,
    foreign: strangers
      .map((one) => {
        const of = (memory: HeaderMemory): ReadonlyMap<string, Blocks> => formsOf(memory, one);
        return { cluster: one.cluster, forms: mergeForms(of(before), of(ours), of(theirs)) };
      })
      .filter(({ forms }) => forms.size > 0),
    findings: allOf(MAX_FINDINGS, [theirs.findings, mine.findings]),
    shut: allOf(EXAMPLES, [theirs.shut, mine.shut]),
    uncompared: allOf(EXAMPLES, [theirs.uncompared, mine.uncompared]),
    reopenedAt: Math.max(mine.reopenedAt, theirs.reopenedAt),
  };
};

const isSameEnd = (a: WalkedEnd | undefined, b: WalkedEnd | undefined): boolean =>
  a?.name === b?.name && a?.at === b?.at && a?.isEarly === b?.isEarly;

/** An end that both learned, and differently, is forgotten: it is walked again. */
const mergeEnds = (before: DeepMemory, mine: DeepMemory, theirs: DeepMemory): WalkedEnd[] => {
  const names = new Set([...theirs.ends, ...mine.ends].map(({ name }) => name));
  return [...names]
    .flatMap((name) => {
      const endIn = ({ ends }: DeepMemory) => ends.find((end) => end.name === name);
      const [was, one, other] = [endIn(before), endIn(mine), endIn(theirs)];
      if (isSameEnd(one, other) || isSameEnd(was, other)) return one ?? [];
      return isSameEnd(was, one) ? (other ?? []) : [];
    })
    .slice(-MAX_ENDS);
};

/** Never more than were walked, fewer where both walked: a share that is read must not look larger. */
const mergeDays = (...all: DeepMemory['days'][]): DeepMemory['days'] => {
  const counts = new Map<number, number>();
  for (const [day, count] of all.flat()) counts.set(day, Math.max(counts.get(day) ?? 0, count));
  return [...counts].sort(([a], [b]) => a - b);
};

const mergeDeep = (before: DeepMemory, mine: DeepMemory, theirs: DeepMemory): DeepMemory => ({
  forms: mergeForms(before.forms, mine.forms, theirs.forms),
  sweptSince: Math.max(mine.sweptSince, theirs.sweptSince),
  reopenedAt: Math.max(mine.reopenedAt, theirs.reopenedAt),
  days: mergeDays(mine.days, theirs.days),
  lastCommit: Math.max(mine.lastCommit ?? 0, theirs.lastCommit ?? 0) || undefined,
  ends: mergeEnds(before, mine, theirs),
  shut: allOf(EXAMPLES, [theirs.shut, mine.shut]),
});

/**
 * What is known after two runs at a time, of which `theirs` was the first to write. Nothing that one of them
 * found wrong is lost, unless the other looked at it again and nobody did later.
 *
 * @param before what both began with.
 */
export const mergeInsides = (before: Insides, mine: Insides, theirs: Insides): Insides => ({
  headers: mergeHeaders(before.headers, mine.headers, theirs.headers),
  deep: mergeDeep(before.deep, mine.deep, theirs.deep),
});
