import * as z from 'zod';
import { eventSchema } from '../envelope.ts';

export const CHECK_REPORTED = 'lifeboat.check.reported.v1';

const verdictSchema = z.enum(['pass', 'fail', 'unknown']);

export const severitySchema = z.enum(['critical', 'warning']);
export type Severity = z.infer<typeof severitySchema>;

const jsonValue: z.ZodType = z.json();

/** What a check observed about one subject. Everything that Lifeboat proves is said in this shape. */
export const checkReportSchema = z
  .looseObject({
    /** What was checked, e.g. `wal-continuity`. Stable: alerts are identified by it. */
    check: z.string().regex(/^[a-z][a-z0-9-]*$/),
    /** The thing that was looked at. `id` is stable over time, never a time stamp. */
    subject: z.looseObject({
      kind: z.string().regex(/^[a-z][a-z0-9-]*$/),
      id: z.string().min(1),
      region: z.string().min(1),
    }),
    /** Where in the plan the promise stands, e.g. `backups.database-full.fresh`. */
    promise: z.string().optional(),
    /** `unknown` = could not look. A pass is only ever said of what was seen. */
    verdict: verdictSchema,
    /** The named reason behind the verdict, e.g. `stale`, `truncated`, `access-denied`. */
    reason: z.string().regex(/^[a-z][a-z0-9-]*$/),
    severity: severitySchema.optional(),
    /** One sentence that a person can act on. */
    summary: z.string().min(1).max(1024),
    expected: jsonValue,
    observed: jsonValue,
    measurements: z.array(
      z.looseObject({ name: z.string().min(1), value: z.number(), unit: z.string().min(1) }),
    ),
    evidence: z.array(
      z.looseObject({
        uri: z.string().min(1),
        versionId: z.string().optional(),
        sha256: z
          .string()
          .regex(/^[0-9a-f]{64}$/)
          .optional(),
      }),
    ),
    /** What to do next, with the exact `sls invoke` line where there is one. */
    action: z.string(),
    checkedAt: z.iso.datetime(),
    /** After this moment a reader takes the report for stale. */
    nextCheckBy: z.iso.datetime(),
    /** Ids of the controls that this supports, e.g. `SOC2:A1.2`. */
    controls: z.array(z.string()),
  })
  .refine((report) => (report.verdict === 'fail') === (report.severity !== undefined), {
    path: ['severity'],
    message: 'must be present on a fail and absent otherwise',
  });

export type CheckReport = z.infer<typeof checkReportSchema>;

/** What a decision comes to, before it is tied to a subject and to a moment. */
export type JudgedReport = Pick<
  CheckReport,
  | 'verdict'
  | 'severity'
  | 'reason'
  | 'summary'
  | 'expected'
  | 'observed'
  | 'measurements'
  | 'action'
>;

export const checkReportedSchema = eventSchema(CHECK_REPORTED, checkReportSchema);
export type CheckReported = z.infer<typeof checkReportedSchema>;
