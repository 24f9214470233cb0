/** An SNS topic's ARN taken apart. */
export type TopicArn = {
  arn: string;
  /** `aws`, `aws-cn`, `aws-us-gov`, … */
  partition: string;
  region: string;
  account: string;
  name: string;
  fifo: boolean;
};

const TOPIC_ARN =
  /^arn:(aws[a-z-]{0,30}):sns:([a-z]{2,}[a-z0-9-]{1,40}):(\d{12}):([\w-]{1,256}(\.fifo)?)$/;

/** Undefined for what is no topic's ARN; the ARN of a subscription is none. */
export const parseTopicArn = (arn: string): TopicArn | undefined => {
  const [match, partition = '', region = '', account = '', name = '', fifo] =
    TOPIC_ARN.exec(arn) ?? [];
  if (match === undefined) return undefined;
  return { arn, partition, region, account, name, fifo: fifo !== undefined };
};
