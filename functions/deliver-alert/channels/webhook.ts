import type { SecretReference } from '../../../shared/plan/secret-reference.ts';
import type { SecretReader } from '../../../shared/secrets/secret-reader.ts';
import type { Post } from '../post.ts';
import type { Channel } from './channel.ts';
import { judgeAnswer } from './judge-answer.ts';
import { signatureHeaders } from './webhook-signature.ts';

/** Any receiver of one's own: the CloudEvent itself, signed. Every 2xx is a success. */
export const createWebhookChannel = (
  { url, secret }: { url: SecretReference; secret: SecretReference },
  { readSecret, post, now }: { readSecret: SecretReader; post: Post; now: () => Date },
): Channel => ({
  async deliver(request) {
    const [address, key] = await Promise.all([readSecret(url), readSecret(secret)]);
    const body = JSON.stringify(request);
    const posted = await post({
      url: address.trim(),
      headers: {
        'content-type': 'application/cloudevents+json; charset=utf-8',
        'idempotency-key': request.data.deliveryId,
        ...signatureHeaders(body, key, now()),
      },
      body,
    });
    return judgeAnswer(posted, ({ status }) => status >= 200 && status < 300);
  },
});
