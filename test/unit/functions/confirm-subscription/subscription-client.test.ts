import { SNSClient } from '@aws-sdk/client-sns';
import { describe, expect, it } from 'vitest';
import { createSubscriptionClient } from '../../../../functions/confirm-subscription/subscription-client.ts';

const TOPIC = 'arn:aws:sns:eu-west-1:123456789012:events';
const ARN = `${TOPIC}:c9135db0-26c4-47ec-8998-413945fb5a96`;
const TOKEN = '2336412f37fb687f';

type Answer = { status?: number; body: string };

/** SNS, answering what is scripted, with the requests that it got. */
const prepare = (...answers: Answer[]) => {
  const asked: URLSearchParams[] = [];
  const regions: string[] = [];
  const client = createSubscriptionClient((region) => {
    regions.push(region);
    return new SNSClient({
      region,
      maxAttempts: 1,
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      requestHandler: {
        handle: async ({ body }: { body: Uint8Array }) => {
          asked.push(new URLSearchParams(Buffer.from(body).toString()));
          const { status = 200, body: text } = answers.shift() ?? { status: 500, body: '' };
          return { response: { statusCode: status, headers: {}, body: Buffer.from(text) } };
        },
      },
    });
  });
  return { client, asked, regions };
};

const confirmed = (arn: string): Answer => ({
  body: `<ConfirmSubscriptionResponse><ConfirmSubscriptionResult><SubscriptionArn>${arn}</SubscriptionArn></ConfirmSubscriptionResult></ConfirmSubscriptionResponse>`,
});
const failure = (status: number, code: string, message: string): Answer => ({
  status,
  body: `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>`,
});
const page = (members: [arn: string, endpoint: string][], next = ''): Answer => ({
  body: `<ListSubscriptionsByTopicResponse><ListSubscriptionsByTopicResult><Subscriptions>${members
    .map(
      ([arn, endpoint]) =>
        `<member><SubscriptionArn>${arn}</SubscriptionArn><Endpoint>${endpoint}</Endpoint></member>`,
    )
    .join(
      '',
    )}</Subscriptions>${next && `<NextToken>${next}</NextToken>`}</ListSubscriptionsByTopicResult></ListSubscriptionsByTopicResponse>`,
});

describe('confirm', () => {
  it('asks the Region of the topic, and lets nobody unsubscribe without credentials', async () => {
    const { client, asked, regions } = prepare(confirmed(ARN));
    expect(await client.confirm(TOPIC, TOKEN)).toEqual({ result: 'confirmed', arn: ARN });
    expect(regions).toEqual(['eu-west-1']);
    expect(Object.fromEntries(asked[0] ?? [])).toMatchObject({
      Action: 'ConfirmSubscription',
      TopicArn: TOPIC,
      Token: TOKEN,
      AuthenticateOnUnsubscribe: 'true',
    });
  });

  it.each([
    ['token-invalid', failure(400, 'InvalidParameter', 'Invalid parameter: Token')],
    ['topic-not-found', failure(404, 'NotFound', 'Topic does not exist')],
  ])('is refused for good: %s', async (reason, answer) => {
    const { client } = prepare(answer);
    expect(await client.confirm(TOPIC, TOKEN)).toEqual({ result: 'refused', reason });
  });

  it.each([
    ['access is denied', failure(403, 'AuthorizationError', `not authorized with ${TOKEN}`)],
    ['SNS is throttled', failure(429, 'Throttled', 'Rate exceeded')],
    ['SNS is down', failure(500, 'InternalError', '')],
    ['SNS names no ARN', confirmed('pending confirmation')],
  ])('may be tried again where %s, and shows no token', async (_, answer) => {
    const { client } = prepare(answer);
    const error = await client.confirm(TOPIC, TOKEN).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: 'SubscriptionError' });
    expect(String(error)).not.toContain(TOKEN);
  });
});

describe('list', () => {
  it('reads every page, and tells pending ones and deleted ones apart', async () => {
    const { client, asked } = prepare(
      page([['PendingConfirmation', 'https://one.example']], 'next'),
      page([
        [ARN, 'https://two.example'],
        ['Deleted', 'https://three.example'],
      ]),
    );
    expect(await client.list(TOPIC)).toEqual([
      { endpoint: 'https://one.example' },
      { endpoint: 'https://two.example', arn: ARN },
    ]);
    expect(asked.map((params) => params.get('NextToken'))).toEqual([null, 'next']);
  });

  it.each([
    ['may not be listed', [failure(403, 'AuthorizationError', 'no')]],
    ['is not there', [failure(404, 'NotFound', 'Topic does not exist')]],
    ['has more than a thousand', Array.from({ length: 11 }, () => page([], 'next'))],
  ])('sees nothing of a topic that %s', async (_, answers) => {
    expect(await prepare(...answers).client.list(TOPIC)).toBeUndefined();
  });

  it('takes a page that is no list for no answer, not for a topic without subscriptions', async () => {
    const { client } = prepare({ body: '<html>maintenance</html>' });
    await expect(client.list(TOPIC)).rejects.toMatchObject({ name: 'SubscriptionError' });
    expect(await prepare(page([])).client.list(TOPIC)).toEqual([]);
  });

  it('may be tried again where SNS is down', async () => {
    const { client } = prepare(failure(500, 'InternalError', ''));
    await expect(client.list(TOPIC)).rejects.toMatchObject({ name: 'SubscriptionError' });
  });
});
