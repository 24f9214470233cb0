import {
  clipRuns,
  countSegments,
  holesIn,
  type Range,
  replaceRange,
} from '../../shared/postgres-wal/segment-runs.ts';
import { emptyForm, type FormSeen, type Observation, type TimelineSeen } from './observation.ts';

/** Part of one timeline. */
export type Part = { timeline: number } & Range;

/** Above every segment that there can be. */
export const END = (1n << 64n) - 1n;

/** Two where each segment is there raw and compressed, and so on; at least one. */
export const filesPerSegment = (seen: Pick<TimelineSeen, 'files' | 'runs'> | undefined): number => {
  const segments = Number(countSegments(seen?.runs ?? []));
  return seen === undefined || segments === 0 ? 1 : Math.max(1, seen.files / segments);
};

/** Whether a segment that was known in a part is no longer there. */
export const hasLost = (known: Observation, now: Observation, part: Part): boolean => {
  const found = now.timelines.get(part.timeline)?.runs ?? [];
  return clipRuns(known.timelines.get(part.timeline)?.runs ?? [], part).some(
    ({ first, last }) => holesIn(found, { from: first, to: last }).length > 0,
  );
};

const replaceForms = (
  before: TimelineSeen['forms'],
  now: TimelineSeen['forms'],
  part: Part,
): TimelineSeen['forms'] => {
  const forms: TimelineSeen['forms'] = new Map();
  for (const suffix of new Set([...before.keys(), ...now.keys()])) {
    const [old, found] = [before.get(suffix) ?? emptyForm(), now.get(suffix) ?? emptyForm()];
    const replaced = (list: keyof FormSeen) => replaceRange(old[list], part, found[list]);
    const runs = replaced('runs');
    if (runs.length === 0) continue;
    forms.set(suffix, {
      runs,
      archived: replaced('archived'),
      rewritten: replaced('rewritten'),
      changed: replaced('changed'),
    });
  }
  return forms;
};

/** Puts what a part of a timeline shows now in place of what was known of it. */
export const replacePart = (known: Observation, now: Observation, part: Part): Observation => {
  const { timeline, from, to } = part;
  const before = known.timelines.get(timeline);
  const seen = now.timelines.get(timeline);
  const replaced = (list: 'runs' | 'empty' | 'odd') =>
    replaceRange(before?.[list] ?? [], part, seen?.[list] ?? []);
  const runs = replaced('runs');
  const newest = to === END ? seen?.newest : before?.newest;
  const files = Math.round(filesPerSegment(before ?? seen) * Number(countSegments(runs)));
  const timelines = new Map(known.timelines);
  if (runs.length === 0) timelines.delete(timeline);
  else
    timelines.set(timeline, {
      runs,
      empty: replaced('empty'),
      odd: replaced('odd'),
      newest,
      forms: replaceForms(before?.forms ?? new Map(), seen?.forms ?? new Map(), part),
      files,
    });
  const outside = known.labels.filter(
    (label) => label.timeline !== timeline || label.number < from || label.number > to,
  );
  const inside = now.labels.filter((label) => label.timeline === timeline);
  return { ...known, timelines, labels: [...outside, ...inside] };
};

/** Takes in the histories that were found; those of `looked` timelines are forgotten if they were not. */
export const replaceHistories = (
  known: Observation,
  now: Observation,
  looked: readonly number[],
): Observation => {
  const found = new Set(now.histories.map(({ timeline }) => timeline));
  const kept = known.histories.filter(
    ({ timeline }) => !found.has(timeline) && !looked.includes(timeline),
  );
  return { ...known, histories: [...kept, ...now.histories] };
};
