import type { Range, Run } from '../../shared/postgres-wal/segment-runs.ts';
import type { HeaderMemory } from './header-memory.ts';
import { type Blocks, runsOf } from './read-blocks.ts';
import type { Survey } from './survey.ts';

const rangesOf = (runs: readonly Run[]): Range[] =>
  runs.map(({ first, last }) => ({ from: first, to: last }));

const inForms = (
  forms: ReadonlyMap<string, Blocks>,
  timeline: number,
  kind: 'bad' | 'read',
): Range[] =>
  [...forms].flatMap(([key, blocks]) =>
    Number.parseInt(key, 10) === timeline ? rangesOf(runsOf(blocks, kind)) : [],
  );

/** Segments that are there and end a recovery: empty, of the wrong length, of wrong content, foreign. */
export const brokenSegments = (
  { seen, sizeKnown }: Survey,
  { forms, foreign }: HeaderMemory,
  deep: ReadonlyMap<string, Blocks> = new Map(),
): Map<number, Range[]> =>
  new Map(
    [...seen.timelines].map(([timeline, { empty, odd }]) => [
      timeline,
      [
        ...rangesOf(empty),
        ...(sizeKnown ? rangesOf(odd) : []),
        ...inForms(forms, timeline, 'bad'),
        ...inForms(deep, timeline, 'bad'),
        ...foreign.flatMap((one) => inForms(one.forms, timeline, 'read')),
      ],
    ]),
  );
