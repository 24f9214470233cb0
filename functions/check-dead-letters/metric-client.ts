import { type CloudWatchClient, GetMetricStatisticsCommand } from '@aws-sdk/client-cloudwatch';
import * as z from 'zod';

/** What SNS counts of a topic, over all of its subscriptions. Source: SNS, "Amazon SNS metrics". */
export type LossMetric =
  | 'NumberOfNotificationsFailedToRedriveToDlq'
  | 'NumberOfNotificationsFailed';

export type MetricClient = {
  /** The sum over a stretch of time, or nothing where CloudWatch has no figure: SNS reports no zeroes. */
  sum(metric: LossMetric, topicName: string, from: Date, to: Date): Promise<number | undefined>;
};

const HOUR = 3_600;

const answerSchema = z.object({
  Datapoints: z.array(z.object({ Sum: z.number().min(0) })),
});

/** Every error is thrown as the SDK throws it; TypeError where an answer is none. */
export const createMetricClient = (cloudWatch: CloudWatchClient): MetricClient => ({
  async sum(metric, topicName, from, to) {
    const answer = await cloudWatch.send(
      new GetMetricStatisticsCommand({
        Namespace: 'AWS/SNS',
        MetricName: metric,
        Dimensions: [{ Name: 'TopicName', Value: topicName }],
        StartTime: from,
        EndTime: to,
        Period: HOUR,
        Statistics: ['Sum'],
      }),
    );
    const parsed = answerSchema.safeParse(answer);
    if (!parsed.success) throw new TypeError('the answer of CloudWatch has no figures in it');
    const { Datapoints } = parsed.data;
    return Datapoints.length === 0
      ? undefined
      : Datapoints.reduce((total, { Sum }) => total + Sum, 0);
  },
});
