/**
 * Messages of SNS as they arrive by HTTP and lie in queues, and as a Lambda event spells them.
 * Source: Amazon SNS Developer Guide, "HTTP/HTTPS notification JSON format", and "Amazon SNS FIFO
 * topics: message delivery" for envelopes without a signature.
 */

/** The three fields that prove who sent a message. A FIFO topic's messages have none of them. */
export type EnvelopeSignature = { version: string; value: string; certificateUrl: string };

type CommonFields = {
  /** Stays the same over all deliveries and retries of one publication. */
  messageId: string;
  topicArn: string;
  message: string;
  /** As it stands in the message, which is how it is signed. */
  timestamp: string;
  sentAt: Date;
  signature?: EnvelopeSignature;
};

export type Notification = CommonFields & {
  type: 'Notification';
  subject?: string;
  /** Holds the ARN of the subscription; whoever opens it ends the subscription, unless that takes credentials. */
  unsubscribeUrl?: string;
  /** Only of a FIFO topic. */
  sequenceNumber?: string;
  /** Not covered by the signature. */
  attributes: ReadonlyMap<string, { type: string; value: string }>;
};

export type Confirmation = CommonFields & {
  type: 'SubscriptionConfirmation' | 'UnsubscribeConfirmation';
  /** Confirms the subscription, or restores it; valid for two days. Not to be logged. */
  token: string;
  /** Never to be opened: it confirms without credentials, and a forger chooses where it leads. */
  subscribeUrl: string;
};

export type Envelope = Notification | Confirmation;

/**
 * The subscription that a notification was delivered to, which its UnsubscribeURL names. Replayed HTTP
 * requests carry it as `x-amz-sns-subscription-arn`.
 */
export const subscriptionArnOf = ({ unsubscribeUrl }: Notification): string | undefined => {
  const arn = URL.parse(unsubscribeUrl ?? '')?.searchParams.get('SubscriptionArn');
  // It goes into a header, which not every text fits into.
  return arn !== null && arn !== undefined && /^arn:[!-~]{1,1024}$/.test(arn) ? arn : undefined;
};
