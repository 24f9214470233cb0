import { joinRuns } from '../../shared/postgres-wal/segment-runs.ts';
import { emptyForm, type Observation, type TimelineSeen } from './observation.ts';

const joinForms = (
  below: TimelineSeen['forms'],
  above: TimelineSeen['forms'],
): TimelineSeen['forms'] => {
  const forms = new Map(below);
  for (const [suffix, { runs, archived, rewritten, changed }] of above) {
    const lower = forms.get(suffix) ?? emptyForm();
    forms.set(suffix, {
      runs: joinRuns(lower.runs, runs),
      archived: joinRuns(lower.archived, archived),
      rewritten: joinRuns(lower.rewritten, rewritten),
      changed: joinRuns(lower.changed, changed),
    });
  }
  return forms;
};

const joinTimeline = (below: TimelineSeen | undefined, above: TimelineSeen): TimelineSeen => ({
  runs: joinRuns(below?.runs ?? [], above.runs),
  empty: joinRuns(below?.empty ?? [], above.empty),
  odd: joinRuns(below?.odd ?? [], above.odd),
  newest: above.newest,
  forms: joinForms(below?.forms ?? new Map(), above.forms),
  files: (below?.files ?? 0) + above.files,
});

/** Puts together what two parts of a listing showed, all names of `above` being above `below`'s. */
export const joinObservations = (below: Observation, above: Observation): Observation => {
  const timelines = new Map(below.timelines);
  for (const [id, seen] of above.timelines)
    timelines.set(id, joinTimeline(timelines.get(id), seen));
  const rawSizes = new Map(below.rawSizes);
  for (const [size, count] of above.rawSizes) rawSizes.set(size, (rawSizes.get(size) ?? 0) + count);
  return {
    timelines,
    labels: [...below.labels, ...above.labels],
    histories: [...below.histories, ...above.histories],
    rawSizes,
    beyond: joinRuns(below.beyond, above.beyond),
    misnamed: below.misnamed ?? above.misnamed,
    files: below.files + above.files,
    partials: below.partials + above.partials,
    others: below.others + above.others,
    otherExample: below.otherExample ?? above.otherExample,
    foreign: below.foreign ?? above.foreign,
  };
};
