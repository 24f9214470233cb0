import { createHash } from 'node:crypto';
import type { Envelope } from '../../events/envelope.ts';

/** Who speaks: the parts of the envelope that are the same for every event of one function. */
export type Speaker = { stage: string; service: string; plan: { name: string; digest: string } };

export type Message<Data> = {
  type: string;
  subject: string;
  data: Data;
  time: Date;
  correlationId: string;
};

/**
 * Wraps data in the envelope. The id follows from source, type, subject, time and data, so an event that is
 * made again after a crash is recognised as the same one.
 */
export const makeEvent = <Data extends Record<string, unknown>>(
  { stage, service, plan }: Speaker,
  { type, subject, data, time, correlationId }: Message<Data>,
): Envelope & { data: Data } => {
  const source = `/lifeboat/${stage}/${service}`;
  const identity = JSON.stringify([source, type, subject, time.toISOString(), data]);
  return {
    specversion: '1.0',
    id: createHash('sha256').update(identity).digest('hex').slice(0, 32),
    source,
    type,
    time: time.toISOString(),
    subject,
    datacontenttype: 'application/json',
    plan: plan.name,
    plandigest: plan.digest,
    correlationid: correlationId,
    data,
  };
};
