import { type SESClient, SendEmailCommand } from '@aws-sdk/client-ses';
import { PublishCommand, type SNSClient } from '@aws-sdk/client-sns';
import { describeAwsFailure } from '../../../shared/aws-failure/describe-aws-failure.ts';
import type { Channel, Outcome } from './channel.ts';
import { asciiSubject, emailBody, emailSubject } from './email-message.ts';

/** What the service will say again of the same message, whenever it is asked. */
const REFUSALS =
  /^(InvalidParameter|InvalidParameterValue|MessageRejected|MailFromDomainNotVerified)/;

const attempt = async (send: () => Promise<unknown>): Promise<Outcome> => {
  try {
    await send();
    return { outcome: 'delivered' };
  } catch (error) {
    const { reason, message } = describeAwsFailure(error);
    return error instanceof Error && REFUSALS.test(error.name)
      ? { outcome: 'refused', reason: message }
      : { outcome: 'retry', reason: `${reason}: ${message}` };
  }
};

/** Mail through an SNS topic, to every address that has confirmed its subscription. */
export const createTopicEmailChannel = (topicArn: string, sns: SNSClient): Channel => ({
  deliver: (request) =>
    attempt(() =>
      sns.send(
        new PublishCommand({
          TopicArn: topicArn,
          Subject: asciiSubject(request),
          Message: emailBody(request),
        }),
      ),
    ),
});

/** Mail through SES, from a sender that it has verified. */
export const createSesEmailChannel = (
  { from, to }: { from: string; to: string[] },
  ses: SESClient,
): Channel => ({
  deliver: (request) =>
    attempt(() =>
      ses.send(
        new SendEmailCommand({
          Source: from,
          Destination: { ToAddresses: to },
          Message: {
            Subject: { Data: emailSubject(request), Charset: 'UTF-8' },
            Body: { Text: { Data: emailBody(request), Charset: 'UTF-8' } },
          },
        }),
      ),
    ),
});
