import type { AlertDeliveryRequested } from '../../../events/alert-delivery-requested/v1.ts';
import { shortenText } from '../../../shared/short-text/shorten-text.ts';
import { headline } from './headline.ts';

/** A subject for SES, which encodes what is not ASCII. */
export const emailSubject = ({ data }: AlertDeliveryRequested): string =>
  shortenText(headline(data), 200);

/** A subject for SNS, which takes fewer than 100 characters of printable ASCII. */
export const asciiSubject = (request: AlertDeliveryRequested): string => {
  const ascii = emailSubject(request)
    .normalize('NFKD')
    .replaceAll(/\p{M}+/gu, '')
    .replaceAll('…', '...')
    .replaceAll(/[^\x20-\x7e]/gu, '?');
  return ascii.length < 100 ? ascii : `${ascii.slice(0, 96)}...`;
};

/** The text of the mail, plain. */
export const emailBody = ({ plan, data }: AlertDeliveryRequested): string => {
  const { check, subject, severity, openedAt, observedAt, recommendation, links } = data;
  const paragraphs = [
    data.summary,
    recommendation === '' ? '' : `What to do:\n${recommendation}`,
    [
      `Plan:       ${plan}`,
      `Check:      ${check}`,
      `About:      ${subject.kind} ${subject.id} in ${subject.region}`,
      `Severity:   ${severity}`,
      `Open since: ${openedAt}`,
      `Seen:       ${observedAt}`,
      `Incident:   ${data.incident}`,
    ].join('\n'),
    links.map(({ href, text }) => `${text}\n${href}`).join('\n'),
  ];
  return `${paragraphs.filter((paragraph) => paragraph !== '').join('\n\n')}\n`.toWellFormed();
};
