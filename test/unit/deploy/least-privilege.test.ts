import { describe, expect, it } from 'vitest';
import { excessiveRights } from '../../../deploy/least-privilege.ts';
import type { Template } from '../../../deploy/package-service.ts';

/** A packaged template with one function that may do one thing. */
const allowing = (Action: string, Resource: unknown): Template => ({
  Resources: {
    Ledger: { Type: 'AWS::S3::Bucket', Properties: {} },
    Queue: { Type: 'AWS::SQS::Queue', Properties: {} },
    Role: {
      Type: 'AWS::IAM::Role',
      Properties: {
        Policies: [{ PolicyDocument: { Statement: [{ Effect: 'Allow', Action, Resource }] } }],
      },
    },
    Function: {
      Type: 'AWS::Lambda::Function',
      Properties: { FunctionName: 'check', Role: { 'Fn::GetAtt': ['Role', 'Arn'] } },
    },
  },
});
const ledgerObjects = { 'Fn::Sub': '${Ledger.Arn}/*' };

describe('excessiveRights', () => {
  it.each([
    ['s3:GetObject', 'arn:aws:s3:::backups/*'],
    ['rds:DescribeDBSnapshots', '*'],
    ['kms:Decrypt', '*'],
    ['s3:PutObject', ledgerObjects],
    ['s3:DeleteObject', ledgerObjects],
    ['sqs:SendMessage', { 'Fn::GetAtt': ['Queue', 'Arn'] }],
    ['logs:PutLogEvents', 'arn:aws:logs:us-east-1:1:log-group:/aws/lambda/check:*:*'],
  ])('accepts %s on %j', (action, resource) => {
    expect(excessiveRights(allowing(action, resource))).toEqual([]);
  });

  it.each([
    ['s3:DeleteObject', 'arn:aws:s3:::backups/db/*'],
    ['s3:PutObject', 'arn:aws:s3:::backups/db/one-object'],
    ['s3:PutObject', { 'Fn::GetAtt': ['Queue', 'Arn'] }],
    ['s3:*', ledgerObjects],
    ['s3:Get*', 'arn:aws:s3:::backups/*'],
    ['sqs:SendMessage', '*'],
    ['sqs:SendMessage', { 'Fn::Sub': 'arn:aws:sqs:${AWS::Region}:1:lifeboat-*' }],
    ['sns:Publish', ['arn:aws:sns:us-east-1:1:facts', '*']],
    ['logs:PutLogEvents', 'arn:aws:logs:us-east-1:1:log-group:/aws/lambda/*:*:*'],
    ['kms:CreateGrant', '*'],
  ])('refuses %s on %j', (action, resource) => {
    expect(excessiveRights(allowing(action, resource))).toHaveLength(1);
  });

  it('does not pass over a role that it cannot read', () => {
    const template = allowing('s3:GetObject', '*');
    const role = template.Resources.Role;
    if (role !== undefined) role.Properties.ManagedPolicyArns = ['arn:aws:iam::aws:policy/Admin'];
    expect(() => excessiveRights(template)).toThrow('managed policies');
  });
});
