import { formatLsn, parseLsn } from '../../shared/postgres-wal/lsn.ts';
import { formatSegmentName, parseSegmentName } from '../../shared/postgres-wal/segment-name.ts';
import type { Run } from '../../shared/postgres-wal/segment-runs.ts';
import type { Cursor } from './cursor-schema.ts';
import type { LabelRead } from './label-reader.ts';
import type { FormSeen, Label, Observation } from './observation.ts';
import type { Survey } from './survey.ts';

/** More holes than that are not remembered; the archive is then read in full every time. */
const MAX_RUNS = 20_000;

type About = Pick<Cursor, 'place' | 'scannedAt' | 'turn'>;

const isSame = (a: readonly Run[], b: readonly Run[]): boolean =>
  a.length === b.length &&
  a.every(({ first, last }, index) => b[index]?.first === first && b[index]?.last === last);

/** Answers undefined for an archive with too many holes to be worth remembering. */
export const encodeCursor = (survey: Survey, about: About): Cursor | undefined => {
  const { segmentSize, sizeKnown, seen, histories } = survey;
  const entries = [...seen.timelines];
  const runs = entries.reduce(
    (sum, [, one]) =>
      [...one.forms.values()].reduce(
        (runs, form) => runs + form.runs.length + form.archived.length + form.rewritten.length,
        sum + one.runs.length + one.empty.length + one.odd.length,
      ),
    0,
  );
  if (runs > MAX_RUNS) return undefined;
  const timelines = entries.flatMap(([timeline, one]) => {
    if (one.newest === undefined) return [];
    const name = (number: bigint): string => formatSegmentName({ timeline, number }, segmentSize);
    const named = (run: Run): [string, string, number] => [
      name(run.first),
      name(run.last),
      run.mark,
    ];
    const newest = { segment: name(one.newest.number), name: one.newest.name, at: one.newest.at };
    return [
      {
        timeline,
        runs: one.runs.map(named),
        empty: one.empty.map(named),
        odd: one.odd.map(named),
        forms: [...one.forms].map(([suffix, { runs, archived, rewritten }]) => ({
          suffix,
          ...(!isSame(runs, one.runs) && { runs: runs.map(named) }),
          archived: archived.map(named),
          rewritten: rewritten.map(named),
        })),
        newest,
        files: one.files,
      },
    ];
  });
  return {
    ...about,
    version: 1,
    segmentSize,
    sizeKnown,
    timelines,
    labels: seen.labels.map((label) => encodeLabel(label, survey.labels)),
    histories: histories.map(({ timeline, name, etag, ...read }) => ({
      timeline,
      name,
      etag,
      ...('switches' in read && { switches: read.switches.map(encodeSwitch) }),
    })),
    files: seen.files,
    partials: seen.partials,
    others: seen.others,
    misnamed: seen.misnamed,
  };
};

const encodeLabel = ({ name, at }: Label, reads: readonly LabelRead[]) => {
  const read = reads.find((one) => one.wasRead && one.backup.name === name);
  if (read === undefined) return { name, at };
  const { timeline, start, stop, stoppedAt } = read.backup;
  const backup = {
    timeline,
    start: formatLsn(start),
    stop: stop === undefined ? undefined : formatLsn(stop),
    stoppedAt,
  };
  return { name, at, backup };
};

const decodeLabel = ({ name, at, backup }: Cursor['labels'][number]): LabelRead[] => {
  if (backup === undefined) return [];
  const { timeline, start, stop, stoppedAt } = backup;
  const places = {
    start: must(parseLsn(start)),
    stop: stop === undefined ? stop : must(parseLsn(stop)),
  };
  return [{ backup: { name, timeline, ...places, stoppedAt }, at, wasRead: true }];
};

const encodeSwitch = ({ parent, lsn }: { parent: number; lsn: bigint }): [number, string] => [
  parent,
  formatLsn(lsn),
];

class DamagedCursorError extends Error {}

const must = <T>(value: T | undefined): T => {
  if (value === undefined) throw new DamagedCursorError();
  return value;
};

const decodeSwitch = ([parent, lsn]: [number, string]) => ({ parent, lsn: must(parseLsn(lsn)) });

/** What was known, or undefined where the cursor holds a name that is none. */
export const decodeCursor = (cursor: Cursor): Survey | undefined => {
  const { segmentSize } = cursor;
  const segment = (name: string) => must(parseSegmentName(name, segmentSize));
  const run = ([first, last, mark]: [string, string, number]): Run => ({
    first: segment(first).number,
    last: segment(last).number,
    mark,
  });
  try {
    const seen: Observation = {
      timelines: new Map(
        cursor.timelines.map(({ timeline, runs, empty, odd, newest, forms, files }) => {
          const { segment: newestName, ...rest } = newest;
          const end = { ...rest, number: segment(newestName).number };
          const decoded = forms.map((form): [string, FormSeen] => {
            const own = (form.runs ?? runs).map(run).map((one) => ({ ...one, mark: 0 }));
            const archived = form.archived.map(run);
            const rewritten = form.rewritten.map(run);
            return [form.suffix, { runs: own, archived, rewritten, changed: [] }];
          });
          return [
            timeline,
            {
              runs: runs.map(run),
              empty: empty.map(run),
              odd: odd.map(run),
              newest: end,
              forms: new Map(decoded),
              files,
            },
          ];
        }),
      ),
      labels: cursor.labels.map(({ name, at }) => ({ ...segment(name.slice(0, 24)), name, at })),
      histories: cursor.histories.map(({ timeline, name, etag }) => ({ timeline, name, etag })),
      rawSizes: new Map(),
      beyond: [],
      misnamed: cursor.misnamed,
      files: cursor.files,
      partials: cursor.partials,
      others: cursor.others,
    };
    const histories = cursor.histories.flatMap(({ switches, ...history }) =>
      switches === undefined ? [] : [{ ...history, switches: switches.map(decodeSwitch) }],
    );
    const labels = cursor.labels.flatMap(decodeLabel);
    return { segmentSize, sizeKnown: cursor.sizeKnown, seen, histories, labels };
  } catch (error) {
    if (error instanceof DamagedCursorError) return undefined;
    throw error;
  }
};
