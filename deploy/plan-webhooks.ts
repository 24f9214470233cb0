import type { Plan } from '../shared/plan/plan.ts';
import { topicArns } from './plan-arns.ts';

/** The logical id of the queue of `confirm-subscription`. */
const QUEUE = 'ConfirmSubscriptionQueue';

/**
 * Lets the plan's topics, and no other, send to the queue of `confirm-subscription`: a topic of another
 * account asks a queue that is subscribed there for its confirmation.
 */
export const confirmationResources = ({
  webhooks,
}: Pick<Plan, 'webhooks'>): Record<string, unknown> =>
  webhooks.length === 0
    ? {}
    : {
        ConfirmSubscriptionQueuePolicy: {
          Type: 'AWS::SQS::QueuePolicy',
          Properties: {
            Queues: [{ Ref: QUEUE }],
            PolicyDocument: {
              Version: '2012-10-17',
              Statement: [
                {
                  Effect: 'Allow',
                  Principal: { Service: 'sns.amazonaws.com' },
                  Action: 'sqs:SendMessage',
                  Resource: { 'Fn::GetAtt': [QUEUE, 'Arn'] },
                  Condition: { ArnEquals: { 'aws:SourceArn': topicArns(webhooks) } },
                },
              ],
            },
          },
        },
      };
