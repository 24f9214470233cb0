import { liveRoutes } from '../../shared/postgres-wal/live-timelines.ts';
import type { Leg } from '../../shared/postgres-wal/recovery-route.ts';
import { formatSegmentName } from '../../shared/postgres-wal/segment-name.ts';
import { clipRuns, countSegments, type Run } from '../../shared/postgres-wal/segment-runs.ts';
import { type Cluster, type Finding, formKey, type HeaderMemory } from './header-memory.ts';
import { type Blocks, type Kind, runsOf } from './read-blocks.ts';
import { archiveOf, type Survey } from './survey.ts';

/** Consecutive segments of one timeline, by the names of their files. */
export type Part = { first: string; last: string; segments: number };

/** What was found in those segments that recovery would read. */
export type OnRoute = {
  bad: Part[];
  foreign: { cluster: Cluster; parts: Part[] }[];
  /** Those of the findings that are on the way; the bits count more than are kept. */
  findings: Finding[];
};

const legsOf = (survey: Survey): Leg[] => liveRoutes(archiveOf(survey)).flat();

const partsOf = (
  { seen, segmentSize }: Survey,
  legs: readonly Leg[],
  forms: ReadonlyMap<string, Blocks>,
  kind: Kind,
): Part[] => {
  const parts = legs.flatMap(({ timeline, from, to }) =>
    [...(seen.timelines.get(timeline)?.forms.keys() ?? [])].flatMap((suffix) => {
      const marked = runsOf(forms.get(formKey(timeline, suffix)) ?? new Map(), kind);
      return clipRuns(marked, { from, to }).map((run: Run): Part => {
        const name = (number: bigint): string =>
          formatSegmentName({ timeline, number }, segmentSize) + suffix;
        const segments = Number(countSegments([run]));
        return { first: name(run.first), last: name(run.last), segments };
      });
    }),
  );
  // Ways to two timelines share their beginning.
  const known = new Map(parts.map((part) => [`${part.first} ${part.last}`, part]));
  return [...known.values()].sort((a, b) => (a.first < b.first ? -1 : 1));
};

/** What is wrong on the ways that recovery goes; what it does not read is no matter for an alarm. */
export const contentOnRoute = (
  survey: Survey,
  memory: HeaderMemory,
  deep: ReadonlyMap<string, Blocks> = new Map(),
): OnRoute => {
  const legs = legsOf(survey);
  const bad = [
    ...partsOf(survey, legs, memory.forms, 'bad'),
    ...partsOf(survey, legs, memory.compared, 'bad'),
    ...partsOf(survey, legs, deep, 'bad'),
  ];
  const foreign = memory.foreign
    .map(({ cluster, forms }) => ({ cluster, parts: partsOf(survey, legs, forms, 'read') }))
    .filter(({ parts }) => parts.length > 0);
  const isIn = ({ name }: Finding): boolean =>
    bad.some(
      ({ first, last }) => first <= name && name <= last && name.slice(24) === first.slice(24),
    );
  const findings = memory.findings.filter(isIn).toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return { bad, foreign, findings };
};
