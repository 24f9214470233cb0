import * as z from 'zod';
import type { Template } from '../../deploy/package-service.ts';

/** A queue that triggers a function, as the packaged template has them. */
export type EventSource = {
  functionId: string;
  queueId: string;
  timeoutSeconds: number;
  visibilitySeconds: number;
  reportsFailuresOneByOne: boolean;
  encrypted: boolean;
  deadLetters: { queueId: string; retentionSeconds: number; encrypted: boolean } | undefined;
};

const arnOf = z.strictObject({ 'Fn::GetAtt': z.tuple([z.string(), z.literal('Arn')]) });

const mappingSchema = z.looseObject({
  EventSourceArn: arnOf,
  FunctionName: arnOf,
  FunctionResponseTypes: z.array(z.string()).default([]),
});
const functionSchema = z.looseObject({ Timeout: z.number() });

/** SQS's own defaults where a template is silent. */
const queueSchema = z.looseObject({
  VisibilityTimeout: z.number().default(30),
  MessageRetentionPeriod: z.number().default(345_600),
  SqsManagedSseEnabled: z.boolean().default(false),
  RedrivePolicy: z.looseObject({ deadLetterTargetArn: arnOf }).optional(),
});

const queue = (template: Template, id: string) =>
  queueSchema.parse(template.Resources[id]?.Properties);

/** Every queue that triggers a function, with what decides whether a message can be lost. */
export const eventSources = (template: Template): EventSource[] =>
  Object.values(template.Resources)
    .filter(({ Type }) => Type === 'AWS::Lambda::EventSourceMapping')
    .map(({ Properties }) => {
      const mapping = mappingSchema.parse(Properties);
      const [functionId] = mapping.FunctionName['Fn::GetAtt'];
      const [queueId] = mapping.EventSourceArn['Fn::GetAtt'];
      const source = queue(template, queueId);
      const deadId = source.RedrivePolicy?.deadLetterTargetArn['Fn::GetAtt'][0];
      const dead = deadId === undefined ? undefined : queue(template, deadId);
      return {
        functionId,
        queueId,
        timeoutSeconds: functionSchema.parse(template.Resources[functionId]?.Properties).Timeout,
        visibilitySeconds: source.VisibilityTimeout,
        reportsFailuresOneByOne: mapping.FunctionResponseTypes.includes('ReportBatchItemFailures'),
        encrypted: source.SqsManagedSseEnabled,
        deadLetters: dead && {
          queueId: deadId ?? '',
          retentionSeconds: dead.MessageRetentionPeriod,
          encrypted: dead.SqsManagedSseEnabled,
        },
      };
    });
