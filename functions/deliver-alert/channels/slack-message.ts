import type { AlertDeliveryRequested } from '../../../events/alert-delivery-requested/v1.ts';
import { headline, standing } from './headline.ts';
import { slackText } from './slack-text.ts';

/** Slack's limits are 150 for a header, 3,000 for a section, 2,000 for a field and 13,200 in all. */
const HEADER = 150;
const SECTION = 2_800;
const FIELD = 300;
const FALLBACK = 600;

/** Not mrkdwn: what a plan or a database is called is never formatting. */
const plain = (text: string, limit: number) => ({
  type: 'plain_text' as const,
  text: slackText(text, limit) || '-',
  emoji: false,
});

const section = (text: string) => ({ type: 'section' as const, text: plain(text, SECTION) });

/** An address in a link ends at `>` or `|`; everything else of it is escaped by `slackText`. */
const link = ({ href, text }: { href: string; text: string }): string =>
  `<${slackText(href.replaceAll('|', '%7C'), 700)}|${slackText(text.replaceAll('|', '¦'), 150)}>`;

const links = (list: { href: string; text: string }[]) => {
  const usable = list.filter(({ href }) => href.length <= 500).slice(0, 3);
  const text = usable.map(link).join('\n');
  const block = { type: 'mrkdwn' as const, text, verbatim: true };
  return usable.length === 0 ? [] : [{ type: 'section' as const, text: block }];
};

/** The body of a Slack incoming webhook, in Block Kit, with a text for notifications. */
export const slackMessage = ({ plan, data }: AlertDeliveryRequested) => {
  const { check, subject, openedAt, observedAt, incident, recommendation } = data;
  const title = headline(data);
  const fields = [
    `Status\n${standing(data)}`,
    `Check\n${check}`,
    `About\n${subject.kind} ${subject.id}`,
    `Region\n${subject.region}`,
    `Open since\n${openedAt}`,
    `Seen\n${observedAt}`,
  ];
  return {
    text: slackText(title.includes(data.summary) ? title : `${title}: ${data.summary}`, FALLBACK),
    blocks: [
      { type: 'header' as const, text: plain(title, HEADER) },
      section(data.summary),
      ...(recommendation === '' ? [] : [section(`What to do: ${recommendation}`)]),
      { type: 'section' as const, fields: fields.map((field) => plain(field, FIELD)) },
      ...links(data.links),
      { type: 'context' as const, elements: [plain(`Lifeboat, plan ${plan}, ${incident}`, FIELD)] },
    ],
  };
};
