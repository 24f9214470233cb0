import { describe, expect, it } from 'vitest';
import { objectCreatedResources } from '../../../deploy/plan-notifications.ts';
import { readPlan } from '../../support/plan-text.ts';

const resourcesOf = (backups: string) =>
  objectCreatedResources(readPlan(`plan: test\nbackups:\n${backups}`).plan);

describe('what announces new objects', () => {
  it('listens in one bucket for all places of the plan there, copies among them', () => {
    const resources = resourcesOf(`
  full: { kind: pg-dump, location: "s3://b-1/full/", copies: ["s3://c.2/full/"] }
  env: { kind: config, location: "s3://b-1/env/" }
`);
    expect(resources).toMatchObject({
      ObjectCreatedInbDash1Rule: {
        Properties: {
          EventPattern: {
            source: ['aws.s3'],
            'detail-type': ['Object Created'],
            detail: {
              bucket: { name: ['b-1'] },
              object: { key: [{ prefix: 'env/' }, { prefix: 'full/' }] },
            },
          },
        },
      },
      ObjectCreatedIncDot2Rule: {},
    });
  });

  it('takes every object of a bucket that is a place as a whole', () => {
    const resources = resourcesOf('  all: { kind: files, location: "s3://bucket/" }');
    expect(resources.ObjectCreatedInbucketRule).toMatchObject({
      Properties: { EventPattern: { detail: { bucket: { name: ['bucket'] } } } },
    });
    expect(JSON.stringify(resources)).not.toContain('prefix');
  });

  it('lets these rules alone send to the queue', () => {
    const resources = resourcesOf('  a: { kind: files, location: "s3://bucket/a/" }');
    expect(resources.ObjectCreatedQueuePolicy).toMatchObject({
      Properties: {
        PolicyDocument: {
          Statement: [
            {
              Condition: {
                ArnEquals: {
                  'aws:SourceArn': [{ 'Fn::GetAtt': ['ObjectCreatedInbucketRule', 'Arn'] }],
                },
              },
            },
          ],
        },
      },
    });
  });

  it('makes nothing for WAL alone, which check-wal looks for itself', () => {
    expect(resourcesOf('  wal: { kind: wal, location: "s3://bucket/wal/" }')).toEqual({});
  });
});
