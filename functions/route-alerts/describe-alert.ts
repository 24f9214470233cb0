import type { AlertDeliveryRequest } from '../../events/alert-delivery-requested/v1.ts';
import { shortenText } from '../../shared/short-text/shorten-text.ts';
import type { AlertReport } from './alert-report.ts';
import type { Incident } from './alert-state.ts';
import { worstTold } from './decide-recipients.ts';
import { evidenceLinks } from './evidence-links.ts';

const MAX_TITLE = 200;
const MAX_SUMMARY = 1_024;
const MAX_RECOMMENDATION = 2_000;

/** Before anybody was told anything. */
const UNTOLD = { title: '' };

/** What every channel is told alike. */
export type Notice = Pick<
  AlertDeliveryRequest,
  | 'incident'
  | 'severity'
  | 'title'
  | 'check'
  | 'subject'
  | 'summary'
  | 'recommendation'
  | 'links'
  | 'openedAt'
  | 'observedAt'
>;

/**
 * What is said of a report while its alert is open, given the title that was told before, empty where
 * nobody was told anything yet. A report that could not look keeps the title of what was
 * last seen to be wrong: that is still what the alert is about.
 */
export const describeFiring = (
  { plan, check, verdict, summary }: AlertReport,
  { title }: Pick<Incident, 'title'>,
): { title: string; summary: string } => {
  if (verdict === 'fail') return { title: shortenText(`${plan}: ${summary}`, MAX_TITLE), summary };
  if (title === '') {
    return {
      title: shortenText(`${plan}: could not be checked: ${summary}`, MAX_TITLE),
      summary: `${check} has not been able to look for too long: ${summary}`,
    };
  }
  return { title, summary: `Still open, and it could not be looked at again: ${summary}` };
};

/**
 * The message about a report that somebody is to be told of.
 *
 * @param incident as it is now: it carries the title that was chosen when it was decided to tell.
 * @param before the incident as it was when the report came, if it was open.
 */
export const describeNotice = (
  report: AlertReport,
  incident: Incident,
  before: Incident | undefined,
): Notice => {
  const isOver = report.verdict === 'pass';
  const summary = isOver ? report.summary : describeFiring(report, before ?? UNTOLD).summary;
  return {
    incident: incident.key,
    severity: worstTold(incident),
    title: incident.title,
    check: report.check,
    subject: report.subject,
    summary: shortenText(summary, MAX_SUMMARY),
    recommendation: isOver ? '' : shortenText(report.action, MAX_RECOMMENDATION),
    links: evidenceLinks(report.evidence, report.subject.region),
    openedAt: incident.openedAt,
    observedAt: report.observedAt,
  };
};
