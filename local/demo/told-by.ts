import type { CheckReport } from '../../events/check-reported/v1.ts';
import type { AlertReceiver } from '../alert-receiver.ts';
import type { Told } from './judge-run.ts';

/** Which channels of the plan have heard of a report: by what arrived at them, not by what was sent. */
export const toldBy = (receiver: AlertReceiver, mails: string[], planName: string): Told => {
  const arrived = (kind: string): string[] =>
    receiver.received
      .filter((one) => one.kind === kind && one.status < 300)
      .map(({ text }) => text);
  const speaksOf =
    ({ check, subject }: CheckReport) =>
    (text: string) =>
      text.includes(check) && text.includes(subject.id) && text.includes(planName);
  return (report) =>
    Object.entries({
      email: mails,
      slack: arrived('slack'),
      pagerduty: arrived('pagerduty'),
    }).flatMap(([channel, texts]) => (texts.some(speaksOf(report)) ? [channel] : []));
};
