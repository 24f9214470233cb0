import * as z from 'zod';
import { describeShape } from '../../shared/handler/describe-shape.ts';
import { nearestName } from '../../shared/plan/nearest-name.ts';
import type { BackupPolicy, Plan } from '../../shared/plan/plan.ts';

export type Invocation = { policies: BackupPolicy[]; acceptDeleted: boolean };

const invocationSchema = z
  .strictObject({
    backup: z.string().min(1).optional(),
    acceptDeleted: z.boolean().default(false),
  })
  .refine(({ backup, acceptDeleted }) => backup !== undefined || !acceptDeleted, {
    path: ['acceptDeleted'],
    message: 'needs the name of one backup',
  });

const byName = (plan: Plan, name: string): BackupPolicy => {
  const found = plan.backups.find((policy) => policy.name === name);
  if (found !== undefined) return found;
  const names = plan.backups.map((policy) => policy.name);
  const near = nearestName(name, names);
  const hint = near === undefined ? `the plan has: ${names.join(', ')}` : `did you mean "${near}"?`;
  throw new Error(`No backup of the plan is named ${JSON.stringify(name.slice(0, 100))}; ${hint}`);
};

/**
 * What `sls invoke` was given: nothing or `{}` for every backup, `{"backup": "name"}` for one, and with
 * `"acceptDeleted": true` what vanished of it is taken for meant.
 *
 * @throws naming the field that is wrong, or the nearest backup.
 */
export const parseInvocation = (payload: unknown, plan: Plan): Invocation => {
  const given = payload === null || payload === undefined || payload === '' ? {} : payload;
  const parsed = invocationSchema.safeParse(given);
  if (!parsed.success) {
    throw new Error(
      `The payload must be {} or {"backup": "name", "acceptDeleted"?: true}: ${describeShape(parsed.error)}`,
    );
  }
  const { backup, acceptDeleted } = parsed.data;
  return { policies: backup === undefined ? plan.backups : [byName(plan, backup)], acceptDeleted };
};
