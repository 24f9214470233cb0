import * as z from 'zod';
import { type Incoming, type Judgement, readJson } from './judgement.ts';

/** All text of a message together. */
const MAX_CHARACTERS = 13_200;

/** Control characters that are not part of a link, and the mentions that wake a whole channel. */
const isSafe = (text: string): boolean =>
  !/[<>]/.test(text.replaceAll(/<https:\/\/[^<>|]+\|[^<>|]+>/g, '')) &&
  !/&(?!amp;|lt;|gt;)/.test(text) &&
  text.isWellFormed();

const shown = (limit: number) =>
  z.string().min(1).max(limit).refine(isSafe, 'holds control characters that are not escaped');

const plainText = (limit: number) =>
  z.strictObject({
    type: z.literal('plain_text'),
    text: shown(limit),
    emoji: z.boolean().optional(),
  });
const markup = (limit: number) =>
  z.strictObject({
    type: z.literal('mrkdwn'),
    text: shown(limit),
    verbatim: z.boolean().optional(),
  });
const either = (limit: number) => z.discriminatedUnion('type', [plainText(limit), markup(limit)]);

const blockSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('header'), text: plainText(150) }),
  z.strictObject({
    type: z.literal('section'),
    text: either(3_000).optional(),
    fields: z.array(either(2_000)).min(1).max(10).optional(),
  }),
  z.strictObject({ type: z.literal('context'), elements: z.array(either(2_000)).min(1).max(10) }),
  z.strictObject({ type: z.literal('divider') }),
]);

const messageSchema = z.strictObject({
  text: shown(MAX_CHARACTERS),
  blocks: z.array(blockSchema).min(1).max(50),
});

/** Every text of a message, wherever it stands. */
const textsIn = (value: unknown): string[] => {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) =>
    name === 'text' && typeof inner === 'string' ? [inner] : textsIn(inner),
  );
};

const refuse = (body: string, problem: string): Judgement => ({ status: 400, body, problem });

/**
 * What a Slack incoming webhook answers: `ok`, or one word. Stricter than Slack in one thing: text that is
 * not escaped, which Slack would take for a mention or a link, is refused.
 */
export const judgeSlack = ({ headers, text }: Incoming): Judgement => {
  if (!headers['content-type']?.startsWith('application/json')) {
    return refuse('invalid_payload', 'the content type is not application/json');
  }
  const message = messageSchema.safeParse(readJson(text));
  if (!message.success) return refuse('invalid_blocks', z.prettifyError(message.error));
  const characters = textsIn(message.data).join('').length;
  return characters > MAX_CHARACTERS
    ? refuse('msg_too_long', `${characters} characters, and ${MAX_CHARACTERS} are allowed`)
    : { status: 200, body: 'ok' };
};
