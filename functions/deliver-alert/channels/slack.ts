import type { SecretReference } from '../../../shared/plan/secret-reference.ts';
import type { SecretReader } from '../../../shared/secrets/secret-reader.ts';
import type { Post } from '../post.ts';
import type { Channel } from './channel.ts';
import { judgeAnswer } from './judge-answer.ts';
import { slackMessage } from './slack-message.ts';

/** Slack answers an error with one word, such as `no_service`; anything else is not Slack's. */
const errorWord = (text: string): string => (/^[a-z_]{2,60}$/.test(text.trim()) ? text.trim() : '');

/** A Slack incoming webhook. Its address is the secret. */
export const createSlackChannel = (
  webhook: SecretReference,
  { readSecret, post }: { readSecret: SecretReader; post: Post },
): Channel => ({
  async deliver(request) {
    const posted = await post({
      url: (await readSecret(webhook)).trim(),
      headers: { 'content-type': 'application/json; charset=utf-8' },
      body: JSON.stringify(slackMessage(request)),
    });
    const isAccepted = ({ status, text }: { status: number; text: string }) =>
      status === 200 && text.trim() === 'ok';
    return judgeAnswer(posted, isAccepted, errorWord);
  },
});
