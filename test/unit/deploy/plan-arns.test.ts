import { describe, expect, it } from 'vitest';
import {
  bucketArns,
  objectArns,
  parameterArns,
  passphrasesOf,
  receiverDatabases,
  secretArns,
} from '../../../deploy/plan-arns.ts';
import { readPlan } from '../../support/plan-text.ts';

describe('ARNs of a plan', () => {
  it('names every bucket once', () => {
    const places = [
      { bucket: 'b', prefix: 'x/' },
      { bucket: 'a', prefix: '' },
      { bucket: 'b', prefix: 'y/' },
    ];
    expect(bucketArns(places)).toEqual([
      { 'Fn::Sub': 'arn:${AWS::Partition}:s3:::a' },
      { 'Fn::Sub': 'arn:${AWS::Partition}:s3:::b' },
    ]);
  });

  it('reaches no object outside the places', () => {
    expect(objectArns([{ bucket: 'b', prefix: 'db/full/' }])).toEqual([
      { 'Fn::Sub': 'arn:${AWS::Partition}:s3:::b/db/full/*' },
    ]);
    expect(objectArns([{ bucket: 'b', prefix: '' }])).toEqual([
      { 'Fn::Sub': 'arn:${AWS::Partition}:s3:::b/*' },
    ]);
  });

  it('writes a parameter with one slash, however the plan writes it', () => {
    const arn =
      'arn:${AWS::Partition}:ssm:${AWS::Region}:${AWS::AccountId}:parameter/team/backup-key';
    expect(
      parameterArns([
        { from: 'ssm', name: '/team/backup-key' },
        { from: 'ssm', name: 'team/backup-key' },
        { from: 'secretsmanager', name: 'other' },
      ]),
    ).toEqual([{ 'Fn::Sub': arn }]);
  });

  it('leaves room for the six characters that Secrets Manager appends to a name, not to an ARN', () => {
    const arn = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:slack-AbCdEf';
    expect(
      secretArns([
        { from: 'secretsmanager', name: 'slack' },
        { from: 'secretsmanager', name: arn },
        { from: 'literal', value: 'stands in the plan' },
      ]),
    ).toEqual([
      arn,
      {
        'Fn::Sub':
          'arn:${AWS::Partition}:secretsmanager:${AWS::Region}:${AWS::AccountId}:secret:slack-??????',
      },
    ]);
  });

  it('finds the passphrase of every encrypted backup', () => {
    const { plan } = readPlan(`
plan: test
backups:
  a: { kind: pg-dump, location: "s3://backups/a/", encoding: [gzip, { openssl: aes-256-cbc, passphrase: "\${ssm:/k}" }] }
  c: { kind: pg-dump, location: "s3://backups/c/", encoding: [gzip] }
  d: { kind: files, location: "s3://backups/d/" }
  e: { kind: files, location: "s3://backups/e/", encoding: [{ age: "\${secret:a}" }, { gpg: "\${ssm:/g}", passphrase: "\${ssm:/p}" }] }
`);
    expect(passphrasesOf(plan)).toEqual([
      { from: 'ssm', name: '/k' },
      { from: 'secretsmanager', name: 'a' },
      { from: 'ssm', name: '/g' },
      { from: 'ssm', name: '/p' },
    ]);
  });

  it('finds the databases of receivers, and none where no plan names one', () => {
    const webhook = (more: string): string =>
      `{ topic: "arn:aws:sns:eu-west-1:123456789012:t", endpoint: "https://a.example/", ${more} }`;
    const duplicates = 'duplicates: { database: "${secret:receiver}", query: SELECT 1 }';
    const read = (more: string) => readPlan(`plan: test\nwebhooks: { w: ${webhook(more)} }`).plan;
    expect(receiverDatabases(read(duplicates))).toEqual([
      { from: 'secretsmanager', name: 'receiver' },
    ]);
    expect(receiverDatabases(read('heal: true'))).toEqual([]);
  });
});
