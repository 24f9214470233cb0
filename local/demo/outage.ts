import type { Cloud } from '../cloud.ts';
import { invokeFunction } from '../invoke-function.ts';
import type { Log } from '../log.ts';
import { waitUntil } from '../wait-until.ts';
import type { WebhookReceiver } from '../webhook-receiver.ts';
import type { DemoWebhook } from './webhook.ts';

/** More than MailBlast's plan lets pass without an alert. */
const EVENTS = 120;
const UNAVAILABLE = 503;
const OK = 200;

type Stage = {
  cloud: Cloud;
  /** The webhook's name in the plan. */
  name: string;
  webhook: DemoWebhook;
  receiver: WebhookReceiver;
  log: Log;
};

/** The endpoint goes down, and events are published all the same. They gather in the dead-letter queue. */
export const startOutage = async ({ webhook, receiver, log }: Stage): Promise<string[]> => {
  receiver.answerWith(UNAVAILABLE);
  const ids = await webhook.publish(EVENTS);
  await waitUntil(async () => ((await webhook.deadLetters()) === EVENTS ? true : undefined), {
    deadlineMs: 60_000,
    what: `${EVENTS} dead letters`,
  });
  log(`The webhook endpoint is down; ${EVENTS} events are in its dead-letter queue`);
  return ids;
};

/** What the receiver's table holds of the events of an outage. */
export type Tally = {
  events: number;
  once: number;
  twice: number;
  missing: number;
  foreign: number;
};

export const tally = (ids: string[], table: Map<string, number>): Tally => {
  const times = ids.map((id) => table.get(id) ?? 0);
  return {
    events: ids.length,
    once: times.filter((count) => count === 1).length,
    twice: times.filter((count) => count > 1).length,
    missing: times.filter((count) => count === 0).length,
    foreign: [...table.keys()].filter((id) => !ids.includes(id)).length,
  };
};

export const isWhole = ({ events, once, foreign }: Tally): boolean =>
  events === once && foreign === 0;

/** The endpoint is back; somebody who was alerted replays, and has it looked at again. */
export const endOutage = async (
  { cloud, name, receiver, log }: Stage,
  ids: string[],
): Promise<Tally> => {
  const invoke = (service: string, payload: object): Promise<unknown> =>
    invokeFunction(cloud.endpoint, cloud.functions[service] ?? service, payload);
  receiver.answerWith(OK);
  log('The endpoint is back: sls invoke -f replay-dead-letters');
  await invoke('replay-dead-letters', { run: 'demo', webhook: name });
  const now = (): Tally => tally(ids, receiver.table());
  await waitUntil(async () => (now().missing === 0 ? true : undefined), {
    deadlineMs: 60_000,
    what: 'every event at the endpoint',
  }).catch((error: Error) => log(error.message));
  await invoke('replay-dead-letters', { run: 'demo-again', webhook: name });
  await invoke('check-dead-letters', {});
  return now();
};

export const describeTally = ({ events, once, twice, missing, foreign }: Tally): string => {
  const faults = [
    ...(missing > 0 ? [`${missing} never came`] : []),
    ...(twice > 0 ? [`${twice} came twice`] : []),
    ...(foreign > 0 ? [`${foreign} that nobody published`] : []),
  ];
  return [`replayed: ${once} of ${events} events are in the receiver’s table once`, ...faults].join(
    ', ',
  );
};
