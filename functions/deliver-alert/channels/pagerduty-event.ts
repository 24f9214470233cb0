import type {
  AlertDeliveryRequest,
  AlertDeliveryRequested,
} from '../../../events/alert-delivery-requested/v1.ts';
import { shortenText } from '../../../shared/short-text/shorten-text.ts';

const MAX_SUMMARY = 1_024;
const MAX_DETAIL = 10_000;

const details = (data: AlertDeliveryRequest) => ({
  summary: data.summary,
  what_to_do: shortenText(data.recommendation, MAX_DETAIL),
  open_since: data.openedAt,
  region: data.subject.region,
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
      links: data.links.map(({ href, text }) => ({ href, text })),
      payload: {
        summary: shortenText(data.title, MAX_SUMMARY),
        source: `${plan}/${data.subject.region}`,
        severity: data.severity,
        timestamp: data.observedAt,
        component: `${data.subject.kind}/${data.subject.id}`,
        group: plan,
        class: data.check,
        custom_details: details(data),
      },
    },
  ];
};
