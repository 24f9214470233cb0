import type { CheckReport } from '../../events/check-reported/v1.ts';
import { describeAwsFailure } from '../../shared/aws-failure/describe-aws-failure.ts';
import { decideOwnQueues, type OwnQueue } from './decide-own-queues.ts';
import { CONTROLS, NEXT_CHECK_MS, type Place } from './make-report.ts';
import type { QueueClient } from './queue-client.ts';
import { depthOf } from './queue-memory.ts';

/** Where Lifeboat's own dead-letter queues are. */
export type OwnQueues = { names: string[]; partition: string; region: string; account: string };

const look = async (
  queues: QueueClient,
  name: string,
  { partition, region, account }: OwnQueues,
): Promise<OwnQueue> => {
  const url = `https://sqs.${region}.amazonaws.com/${account}/${name}`;
  const place = { name, url, arn: `arn:${partition}:sqs:${region}:${account}:${name}` };
  try {
    return { ...place, depth: depthOf(await queues.attributes(url)) };
  } catch (error) {
    return { ...place, failure: describeAwsFailure(error) };
  }
};

/**
 * Looks whether a function of Lifeboat gave up on a message. One report for all of them; none where there
 * are none. Messages are counted, never received.
 */
export const checkOwnQueues = async (
  queues: QueueClient,
  own: OwnQueues,
  now: Date,
  { stage, service }: Place,
): Promise<CheckReport[]> => {
  if (own.names.length === 0) return [];
  const seen = await Promise.all(own.names.map((name) => look(queues, name, own)));
  const { action, ...said } = decideOwnQueues(seen, stage);
  const again = `sls invoke -f ${service} -s ${stage}`;
  return [
    {
      ...said,
      check: 'own-dead-letters',
      subject: { kind: 'stage', id: stage, region: own.region },
      evidence: [],
      action: action === '' ? '' : `${action} Then check again: ${again}`,
      checkedAt: now.toISOString(),
      nextCheckBy: new Date(now.getTime() + NEXT_CHECK_MS).toISOString(),
      controls: CONTROLS,
    },
  ];
};
