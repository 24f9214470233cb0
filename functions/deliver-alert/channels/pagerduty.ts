import { createHash } from 'node:crypto';
import * as z from 'zod';
import type { SecretReference } from '../../../shared/plan/secret-reference.ts';
import type { SecretReader } from '../../../shared/secrets/secret-reader.ts';
import { shortenText } from '../../../shared/short-text/shorten-text.ts';
import type { Post } from '../post.ts';
import type { Channel } from './channel.ts';
import { judgeAnswer } from './judge-answer.ts';
import { pagerdutyEvents } from './pagerduty-event.ts';

const errorSchema = z.object({ errors: z.array(z.string()).min(1) });

/** What PagerDuty says is wrong with an event, without the key, should it repeat it. */
const errorsIn = (text: string, routingKey: string): string => {
  try {
    const { errors } = errorSchema.parse(JSON.parse(text));
    return shortenText(errors.join('; ').replaceAll(routingKey, '…'), 300);
  } catch {
    return '';
  }
};

/** Tells keys apart, and gives no way back to one: 48 bits of a hash over 128 random ones. */
const fingerprint = (routingKey: string): string =>
  createHash('sha256').update(`lifeboat:${routingKey}`).digest('hex').slice(0, 12);

/** PagerDuty's Events API v2. A resolve counts only under the routing key of its trigger. */
export const createPagerDutyChannel = (
  { url, routingKey }: { url: string; routingKey: SecretReference },
  { readSecret, post }: { readSecret: SecretReader; post: Post },
): Channel => ({
  async deliver(request) {
    const key = (await readSecret(routingKey)).trim();
    for (const event of pagerdutyEvents(request, key)) {
      const posted = await post({
        url,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(event),
      });
      const accepts = ({ status }: { status: number }) => status === 202;
      const judged = judgeAnswer(posted, accepts, (text) => errorsIn(text, key));
      // What was resolved before is resolved again by the next attempt, which changes nothing.
      if (judged.outcome !== 'delivered') return judged;
    }
    return { outcome: 'delivered', credential: fingerprint(key) };
  },
});
