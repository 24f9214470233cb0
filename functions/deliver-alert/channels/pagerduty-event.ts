import type {
  AlertDeliveryRequest,
  AlertDeliveryRequested,
} from '../../../events/alert-delivery-requested/v1.ts';
import { shortenText } from '../../../shared/short-text/shorten-text.ts';

const MAX_SUMMARY = 1_024;
const MAX_DETAIL = 10_000;
const MAX_NAME = 500;

const details = (data: AlertDeliveryRequest) => ({
  summary: shortenText(data.summary, MAX_DETAIL),
  what_to_do: shortenText(data.recommendation, MAX_DETAIL),
  open_since: data.openedAt,
  region: shortenText(data.subject.region, MAX_NAME),
  incident: data.incident,
});

/**
 * The bodies for PagerDuty's Events API v2: one `trigger`, or one `resolve` for each key that was
 * triggered. `open`, `repeat` and `escalate` are all triggers; the key makes the difference, since a trigger
 * on the key of an acknowledged incident pages nobody.
 *
 * Source: developer.pagerduty.com, "Events API v2", PD-CEF.
 */
export const pagerdutyEvents = ({ plan, data }: AlertDeliveryRequested, routingKey: string) => {
  if (data.action === 'resolve') {
    const keys = new Set([...data.closes, data.dedupKey]);
    return [...keys].map((key) => ({
      routing_key: routingKey,
      event_action: 'resolve' as const,
      dedup_key: key,
    }));
  }
  return [
    {
      routing_key: routingKey,
      event_action: 'trigger' as const,
      dedup_key: data.dedupKey,
      client: 'Lifeboat',
      links: data.links.map(({ href, text }) => ({ href, text: shortenText(text, MAX_NAME) })),
      payload: {
        summary: shortenText(data.title, MAX_SUMMARY),
        source: shortenText(`${plan}/${data.subject.region}`, MAX_NAME),
        severity: data.severity,
        timestamp: data.observedAt,
        component: shortenText(`${data.subject.kind}/${data.subject.id}`, MAX_NAME),
        group: plan,
        class: shortenText(data.check, MAX_NAME),
        custom_details: details(data),
      },
    },
  ];
};
