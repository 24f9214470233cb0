import * as z from 'zod';

const CONDITIONS =
  'must be a list of values or conditions such as [Bounce, { prefix: Comp }]; with filter-policy-scope: MessageBody also a map of such lists';

/**
 * A filter policy as SNS takes it, written in YAML. Its shape is looked at here; which conditions there
 * are is for SNS to say. Source: SNS Developer Guide, "Filter policy constraints".
 */
export const filterPolicySchema = z.record(
  z.string().min(1, 'must not be empty').max(256),
  z.union([z.array(z.json()).min(1), z.record(z.string(), z.json())], { error: CONDITIONS }),
  { error: 'must be a map: { eventType: [Bounce, Complaint] }' },
);

export type FilterPolicy = z.infer<typeof filterPolicySchema>;
