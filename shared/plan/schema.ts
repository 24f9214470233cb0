import * as z from 'zod';
import { alertsSchema } from './alerts-schema.ts';
import { backupSchema } from './backup-schema.ts';
import { durationSchema } from './duration.ts';
import { nameSchema } from './name.ts';
import { webhookSchema } from './webhook-schema.ts';

/**
 * The plan file. Keys are the file's own words; `compilePlan` turns a parsed file into a `Plan`.
 * `plan.schema.json` is generated from this schema, so a description here is what editors show.
 */
export const planSchema = z
  .strictObject({
    plan: nameSchema.describe('The name of this plan. It stands in every event.'),
    objectives: z
      .strictObject({
        rpo: durationSchema
          .describe('Recovery point objective: how much data may be lost.')
          .optional(),
        rto: durationSchema
          .describe('Recovery time objective: how long recovery may take.')
          .optional(),
      })
      .default({})
      .describe('What the plan promises to the business.'),
    backups: z
      .record(nameSchema, backupSchema)
      .default({})
      .describe('Every backup that the plan promises, by name.'),
    webhooks: z
      .record(nameSchema, webhookSchema)
      .default({})
      .describe('Endpoints that must stay subscribed to an SNS topic, by name.'),
    alerts: alertsSchema
      .default({
        channels: {},
        routes: { critical: [], warning: [] },
        repeat: { critical: 3_600, warning: 86_400 },
        'unknown-after': 3_600,
      })
      .describe('Who is told, and where.'),
  })
  .describe('A Lifeboat disaster-recovery plan');

export type PlanFile = z.infer<typeof planSchema>;
