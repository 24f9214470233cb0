import { reportSubject } from './report-subject.ts';
import { CHECK_REPORTED, type CheckReport } from './v1.ts';

/** What of an event's envelope follows from the report that it carries. */
export const reportMessage = <Report extends CheckReport>(data: Report) => ({
  type: CHECK_REPORTED,
  subject: reportSubject(data.check, data.subject),
  data,
  time: new Date(data.checkedAt),
});
