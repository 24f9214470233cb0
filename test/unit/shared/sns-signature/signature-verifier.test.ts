import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseSnsBody } from '../../../../shared/sns-envelope/parse-body.ts';
import { createCertificateClient } from '../../../../shared/sns-signature/certificate-client.ts';
import { createCertificateStore } from '../../../../shared/sns-signature/certificate-store.ts';
import {
  createSignatureVerifier,
  type SignatureVerifier,
} from '../../../../shared/sns-signature/signature-verifier.ts';
import recorded from '../../../fixtures/sns/recorded.json' with { type: 'json' };
import {
  confirmationFields,
  notificationFields,
  type SnsFields,
  without,
} from '../../../support/sns-messages.ts';
import {
  authorityPem,
  signFields,
  signingCertificate,
  signingKeys,
  startCertificateHost,
  weakKeys,
} from '../../../support/sns-signer.ts';

const OURS = String(notificationFields().TopicArn);
const OURS_TOO = `${OURS}-2`;
const now = () => new Date();
const HOST = 'https://sns.us-east-1.amazonaws.com';
const file = (digit: string) => `/SimpleNotificationService-${digit.repeat(32)}.pem`;

const envelopeOf = (fields: SnsFields) => {
  const parsed = parseSnsBody(JSON.stringify(fields));
  if (parsed.kind !== 'envelope') throw new Error(`${parsed.kind}: ${parsed.reason}`);
  return parsed.envelope;
};

/** What the host serves besides the certificate that everything is signed with. */
const SERVED: Record<string, () => string> = {
  [file('1')]: () => signingCertificate({ validTo: new Date(Date.now() - 60_000) }),
  [file('2')]: () => signingCertificate({ hosts: ['sns.evil.example.com'] }),
  [file('3')]: () => '<html>AccessDenied</html>',
  [file('4')]: () => signingCertificate({ publicKey: weakKeys().publicKey }),
  [file('9')]: () => {
    const { privateKey } = signingKeys();
    return signingCertificate({ issuer: { subject: 'sns.amazonaws.com', privateKey } });
  },
  [file('a')]: () => signingCertificate() + authorityPem,
};

let verify: SignatureVerifier;
let stop = async () => {};
beforeAll(async () => {
  const pem = signingCertificate();
  const host = await startCertificateHost(({ url = '' }, answer) => {
    if (url === file('5')) answer.writeHead(301, { location: `${HOST}${file('0')}` });
    if (url === file('6')) answer.writeHead(403);
    if (url === file('7')) answer.writeHead(503);
    answer.end(SERVED[url]?.() ?? pem);
  });
  stop = host.stop;
  const certificates = createCertificateStore(createCertificateClient(host.dial), now);
  verify = createSignatureVerifier([OURS, OURS_TOO, 'not even an ARN'], certificates, now);
});
afterAll(() => stop());

const verdict = async (fields: SnsFields) => {
  const verification = await verify(envelopeOf(fields));
  return verification.result === 'refused' ? verification.reason : verification.result;
};

const KINDS = [
  ['Notification', notificationFields()],
  ['Notification without a subject', without(notificationFields(), 'Subject')],
  ['SubscriptionConfirmation', confirmationFields()],
  ['UnsubscribeConfirmation', confirmationFields({ Type: 'UnsubscribeConfirmation' })],
] as const;

describe.each(KINDS)('a %s', (_, fields) => {
  it.each(['1', '2'] as const)('is genuine with a signature of version %s', async (version) => {
    expect(await verdict(signFields(fields, version))).toBe('genuine');
  });

  const { Type } = fields;
  const changes: SnsFields[] = [
    { Message: `${fields.Message} ` },
    { MessageId: '22b80b92-fdea-4c2c-8f9d-bdfb0c7bf325' },
    { Timestamp: '2026-01-31T02:00:00.656Z' },
    { TopicArn: OURS_TOO },
    ...(Type === 'Notification'
      ? [
          { Subject: 'Another' },
          { Subject: '' },
          { Subject: ` ${fields.Subject}` },
          ...(fields.Subject === undefined ? [] : [{ Subject: null }]),
        ]
      : [
          { Token: `${fields.Token}0` },
          { SubscribeURL: `${fields.SubscribeURL}&` },
          { Type: Type === 'SubscriptionConfirmation' ? KINDS[3][0] : KINDS[2][0] },
        ]),
  ];
  it.each(changes)('is refused with %j', async (change) => {
    for (const version of ['1', '2'] as const) {
      const signed = signFields(fields, version);
      expect(await verdict({ ...signed, ...change }), version).toBe('signature-mismatch');
    }
  });
});

describe('a signature', () => {
  const signed = () => signFields(notificationFields());

  it('does not pass for one of the other version', async () => {
    expect(await verdict({ ...signed(), SignatureVersion: '2' })).toBe('signature-mismatch');
  });

  it('of a message without its subject does not pass for one of that with it', async () => {
    const { Signature } = signFields(without(notificationFields(), 'Subject'));
    expect(await verdict(notificationFields({ Signature }))).toBe('signature-mismatch');
  });

  it('is refused with one bit turned over, and where it is of another key', async () => {
    const bytes = Buffer.from(String(signed().Signature), 'base64');
    bytes.writeUInt8(bytes.readUInt8(100) ^ 1, 100);
    const Signature = bytes.toString('base64');
    expect(await verdict(notificationFields({ Signature }))).toBe('signature-mismatch');
    const foreign = signFields(notificationFields(), '1', weakKeys().privateKey);
    expect(await verdict(foreign)).toBe('signature-mismatch');
  });

  it.each([
    ['signature-version', { SignatureVersion: '3' }],
    ['signature-version', { SignatureVersion: '' }],
    ['signature-version', { SignatureVersion: 'toString' }],
    ['signature-malformed', { Signature: '' }],
    ['signature-malformed', { Signature: 'not base64!' }],
    ['signature-malformed', { Signature: 'A'.repeat(4_000) }],
    ['signature-mismatch', { Signature: 'RkFLRQ==' }],
    ['not-signed', { SignatureVersion: null, Signature: null, SigningCertURL: null }],
    ['foreign-topic', { TopicArn: 'arn:aws:sns:us-east-1:666666666666:mailblast-email-events' }],
    ['foreign-topic', { TopicArn: OURS.replace('us-east-1', 'us-west-2') }],
    ['certificate-url-host', { SigningCertURL: `https://sns.us-west-2.amazonaws.com${file('0')}` }],
    [
      'certificate-url-host',
      { SigningCertURL: `https://sns.s3-us-west-2.amazonaws.com${file('0')}` },
    ],
    ['certificate-url-user', { SigningCertURL: `${HOST}@127.0.0.1${file('0')}` }],
    ['certificate-url-port', { SigningCertURL: `${HOST}:8443${file('0')}` }],
    ['certificate-url-query', { SigningCertURL: `${HOST}/?x=.pem` }],
    ['certificate-url-scheme', { SigningCertURL: `http://127.0.0.1${file('0')}` }],
    ['certificate-url-path', { SigningCertURL: `${HOST}/SimpleNotificationService-fake.pem` }],
    ['certificate-expired', { SigningCertURL: `${HOST}${file('1')}` }],
    ['certificate-name', { SigningCertURL: `${HOST}${file('2')}` }],
    ['certificate-unreadable', { SigningCertURL: `${HOST}${file('3')}` }],
    ['certificate-weak', { SigningCertURL: `${HOST}${file('4')}` }],
    ['certificate-self-signed', { SigningCertURL: `${HOST}${file('9')}` }],
    ['certificate-unreadable', { SigningCertURL: `${HOST}${file('a')}` }],
    ['certificate-not-served', { SigningCertURL: `${HOST}${file('5')}` }],
    ['certificate-not-served', { SigningCertURL: `${HOST}${file('6')}` }],
    ['unknown', { SigningCertURL: `${HOST}${file('7')}` }],
  ])('is %s with %j', async (reason, change) => {
    expect(await verdict({ ...signed(), ...change })).toBe(reason);
  });

  it('covers its fields as they are: its text cannot be cut into others', () => {
    const Message = 'a text\nMessageId\nan-id-of-somebody\nSubject\na subject';
    const { MessageId, Signature } = signFields(
      without(notificationFields({ Message }), 'Subject'),
    );
    const cut = notificationFields({
      Message: 'a text',
      MessageId: 'an-id-of-somebody',
      Subject: `a subject\nMessageId\n${MessageId}`,
      Signature,
    });
    expect(parseSnsBody(JSON.stringify(cut))).toMatchObject({ kind: 'invalid' });
  });

  it('may change the address of its certificate, which is not signed, to another of the same host', async () => {
    expect(await verdict({ ...signed(), SigningCertURL: `${HOST}${file('8')}` })).toBe('genuine');
  });
});

describe('messages that AWS sent', () => {
  const pem = recorded.certificate.join('\n');
  const inTheirTime = () => new Date('2026-03-06T21:00:00Z');
  const topic = recorded.messages[0]?.TopicArn ?? '';
  const store = createCertificateStore(async () => ({ result: 'fetched', pem }), inTheirTime);
  const verifyRecorded = createSignatureVerifier([topic], store, inTheirTime);

  it.each(recorded.messages)('$Type with version $SignatureVersion is genuine', async (fields) => {
    expect(await verifyRecorded(envelopeOf(fields))).toEqual({ result: 'genuine' });
    const changed = { ...fields, Message: `${fields.Message}.` };
    expect(await verifyRecorded(envelopeOf(changed))).toMatchObject({
      reason: 'signature-mismatch',
    });
  });
});
