import type { CheckReport } from '../../events/check-reported/v1.ts';
import type { Unjudged } from './ledger-records.ts';

type Times = Pick<CheckReport, 'checkedAt' | 'nextCheckBy'>;

/** Of the whole backup, so that thirty dumps that cannot be judged are one thing to hear of, not thirty. */
const subjectOf = ({ report }: Unjudged): CheckReport['subject'] => ({
  kind: 'backup',
  id: String(report.backup ?? report.promise),
  region: report.subject.region,
});

/** Says of a backup what its newest object is: read, and not judged. */
export const unjudgedReport = (unjudged: Unjudged, times: Times): CheckReport => ({
  ...unjudged.report,
  ...times,
  subject: subjectOf(unjudged),
});

/** Ends it, once a newer object was judged or that one is gone. */
export const judgedReport = (
  unjudged: Unjudged,
  times: Times,
  { reason, finding }: { reason: string; finding: string },
): CheckReport => ({
  ...unjudged.report,
  ...times,
  subject: subjectOf(unjudged),
  verdict: 'pass',
  reason,
  summary: `${subjectOf(unjudged).id}: ${finding}`.slice(0, 1024),
  action: '',
});
