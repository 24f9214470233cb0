import {
  GetSubscriptionAttributesCommand,
  ListSubscriptionsByTopicCommand,
  type SNSClient,
  SubscribeCommand,
} from '@aws-sdk/client-sns';
import * as z from 'zod';

export type Listed = { arn: string; protocol: string; endpoint: string };

/** `complete: false`: there are more than were listed. */
export type Listing = { subscriptions: Listed[]; complete: boolean; requests: number };

/** Without a list it is no answer of SNS, whatever its status says: nothing must be taken for missing. */
const pageSchema = z.object({
  Subscriptions: z.array(
    z.object({
      SubscriptionArn: z.string(),
      Protocol: z.string(),
      Endpoint: z.string().default(''),
    }),
  ),
  NextToken: z.string().optional(),
});

const text = z.string().optional();
const attributesSchema = z.looseObject({
  PendingConfirmation: text,
  ConfirmationWasAuthenticated: text,
  RawMessageDelivery: text,
  RedrivePolicy: text,
  FilterPolicy: text,
  FilterPolicyScope: text,
});

/** As SNS gives them, every value a text. Source: SNS API, GetSubscriptionAttributes. */
export type SubscriptionAttributes = z.infer<typeof attributesSchema>;

export type SubscriptionClient = {
  /** Every subscription of a topic, as far as the bound reaches. */
  list(topic: string): Promise<Listing>;
  attributes(subscription: string): Promise<SubscriptionAttributes>;
  /** Asks the endpoint for its confirmation. Doing it twice makes one subscription. */
  subscribe(topic: string, endpoint: string, attributes: Record<string, string>): Promise<void>;
};

/**
 * 100 stand on a page. SNS answers 30 such requests a second for the whole account and Region: a third is
 * ours, however many topics are listed at once.
 */
const MAX_PAGES = 50;
const PAUSE_MS = 100;

type Pause = (ms: number) => Promise<unknown>;

/** Lets one after the other pass, a pause apart. */
const createTurnstile = (pause: Pause) => {
  let free: Promise<unknown> = Promise.resolve();
  return (): Promise<unknown> => {
    const mine = free;
    free = mine.then(() => pause(PAUSE_MS));
    return mine;
  };
};

/**
 * Every error is thrown as the SDK throws it; TypeError where an answer is none.
 *
 * @param pause waits so many milliseconds.
 */
export const createSubscriptionClient = (
  sns: SNSClient,
  pause: Pause,
  myTurn = createTurnstile(pause),
): SubscriptionClient => ({
  async list(topic) {
    const subscriptions: Listed[] = [];
    let token: string | undefined;
    for (let requests = 1; ; requests += 1) {
      await myTurn();
      const answer = await sns.send(
        new ListSubscriptionsByTopicCommand({ TopicArn: topic, NextToken: token }),
      );
      const page = pageSchema.safeParse(answer);
      if (!page.success) throw new TypeError('the answer of SNS is no list of subscriptions');
      for (const { SubscriptionArn, Protocol, Endpoint } of page.data.Subscriptions) {
        subscriptions.push({ arn: SubscriptionArn, protocol: Protocol, endpoint: Endpoint });
      }
      token = page.data.NextToken || undefined;
      if (token === undefined) return { subscriptions, complete: true, requests };
      if (requests >= MAX_PAGES) return { subscriptions, complete: false, requests };
    }
  },

  async attributes(subscription) {
    const { Attributes } = await sns.send(
      new GetSubscriptionAttributesCommand({ SubscriptionArn: subscription }),
    );
    const parsed = attributesSchema.safeParse(Attributes);
    if (!parsed.success) throw new TypeError('the answer of SNS has no attributes');
    return parsed.data;
  },

  async subscribe(topic, endpoint, attributes) {
    await sns.send(
      new SubscribeCommand({
        TopicArn: topic,
        Protocol: endpoint.startsWith('https:') ? 'https' : 'http',
        Endpoint: endpoint,
        Attributes: attributes,
        ReturnSubscriptionArn: true,
      }),
    );
  },
});
