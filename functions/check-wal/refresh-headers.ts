import { parseSegmentName } from '../../shared/postgres-wal/segment-name.ts';
import type { DeepMemory } from './deep-memory.ts';
import { type Finding, formKey, type HeaderMemory } from './header-memory.ts';
import {
  type Blocks,
  countBits,
  countMarked,
  isMarked,
  type Kind,
  keepOnly,
  masksOf,
  reopen,
} from './read-blocks.ts';
import type { Survey } from './survey.ts';
import { refreshEnds } from './walk-ends.ts';

/** So often what is bad or could not be read is looked at again, although nobody wrote to it. */
export const REOPEN_MS = 24 * 3_600_000;

type Forms = ReadonlyMap<string, Blocks>;

/** What of the bits is still there and was not written again. */
export const refreshForms = (
  forms: Forms,
  { seen }: Survey,
  there: 'runs' | 'rewritten' = 'runs',
): Map<string, Blocks> => {
  const kept = new Map<string, Blocks>();
  for (const [timeline, one] of seen.timelines) {
    for (const [suffix, form] of one.forms) {
      const key = formKey(timeline, suffix);
      const blocks = keepOnly(
        forms.get(key) ?? new Map(),
        masksOf(form[there]),
        masksOf(form.changed),
      );
      if (blocks.size > 0) kept.set(key, blocks);
    }
  }
  return kept;
};

const stillMarked = (
  findings: readonly Finding[],
  marks: readonly Forms[],
  { segmentSize }: Survey,
  kind: Kind,
): Finding[] =>
  findings.filter(({ name }) => {
    const segment = parseSegmentName(name.slice(0, 24), segmentSize);
    if (segment === undefined) return false;
    const key = formKey(segment.timeline, name.slice(24));
    return marks.some((forms) => isMarked(forms.get(key), segment.number, kind));
  });

const readOf = (forms: Forms): number =>
  [...forms.values()].reduce((sum, blocks) => sum + countMarked(blocks, 'read'), 0);

const goodIn = (forms: Forms): number =>
  [...forms.values()]
    .flatMap((blocks) => [...blocks.values()])
    .reduce((sum, { read, bad }) => sum + countBits(read & ~bad), 0);

const reopenAll = (forms: Forms): Map<string, Blocks> =>
  new Map([...forms].map(([key, blocks]) => [key, reopen(blocks)]));

/**
 * Once the last segment of the archive's own cluster is gone, as retention does after pg_upgrade, the archive
 * is of the one that most others are of.
 */
const succeed = (memory: HeaderMemory): HeaderMemory => {
  const { forms, foreign } = memory;
  const others = foreign.toSorted((a, b) => readOf(b.forms) - readOf(a.forms));
  const [next, ...rest] = others;
  const isGone = others.reduce((left, one) => left - readOf(one.forms), goodIn(forms)) <= 0;
  return next === undefined || !isGone
    ? memory
    : { ...memory, cluster: next.cluster, foreign: rest };
};

/**
 * What stays true of the memory after a look at the names: what is gone or was written again is
 * forgotten. Once a day, and where somebody asks, what was wrong or could not be read is to be read again;
 * it counts as wrong until then.
 *
 * @param deep what the walk through whole segments saw: its findings stand among the others.
 */
export const refreshHeaders = (
  known: HeaderMemory,
  deep: Forms,
  survey: Survey,
  now: Date,
  isAsked = false,
): HeaderMemory => {
  const isDue = isAsked || now.getTime() - known.reopenedAt >= REOPEN_MS;
  const renew = (forms: Map<string, Blocks>) => (isDue ? reopenAll(forms) : forms);
  const forms = renew(refreshForms(known.forms, survey));
  const compared = renew(refreshForms(known.compared, survey, 'rewritten'));
  const foreign = known.foreign
    .map(({ cluster, forms: theirs }) => ({ cluster, forms: refreshForms(theirs, survey) }))
    .filter((one) => one.forms.size > 0);
  return succeed({
    forms,
    foreign,
    cluster: forms.size === 0 ? undefined : known.cluster,
    compared,
    findings: stillMarked(known.findings, [forms, compared, deep], survey, 'bad'),
    shut: stillMarked(known.shut, [forms], survey, 'shut'),
    uncompared: stillMarked(known.uncompared, [compared], survey, 'shut'),
    reopenedAt: isDue ? now.getTime() : known.reopenedAt,
  });
};

/** The same for what the walk through whole segments saw. Segments are given another turn by the walk. */
export const refreshDeep = (known: DeepMemory, survey: Survey): DeepMemory => {
  const forms = refreshForms(known.forms, survey);
  const shut = stillMarked(known.shut, [forms], survey, 'shut');
  return { ...known, forms, ends: refreshEnds(known.ends, survey), shut };
};
