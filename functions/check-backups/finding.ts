import type { CheckReport } from '../../events/check-reported/v1.ts';
import type { BackupPolicy } from '../../shared/plan/plan.ts';
import type { Outcome, Trouble } from './outcome.ts';

export type CheckName =
  | 'backup-freshness'
  | 'backup-retention'
  | 'backup-encryption'
  | 'backup-storage-class'
  | 'backup-copy'
  | 'bucket-versioning'
  | 'bucket-lifecycle'
  | 'bucket-replication'
  | 'snapshot-freshness'
  | 'snapshot-retention'
  | 'snapshot-encryption'
  | 'snapshot-copy'
  | 'point-in-time';

/** One promise of the plan with what became of it: all of a report but the moment. */
export type Finding = {
  check: CheckName;
  subject: { kind: string; id: string; region: string };
  promise: string;
  backup: string;
  controls: readonly string[];
  outcome: Outcome;
};

const AVAILABILITY = ['SOC2:A1.2', 'ISO27001:A.8.13', 'HIPAA:164.308(a)(7)(ii)(A)'];
const CRYPTOGRAPHY = ['SOC2:CC6.1', 'ISO27001:A.8.24', 'HIPAA:164.312(a)(2)(iv)'];

const defaultControls = (check: CheckName): string[] =>
  check.endsWith('-encryption') ? CRYPTOGRAPHY : AVAILABILITY;

const MAX_SUMMARY = 1_024;

const shorten = (text: string): string =>
  text.length <= MAX_SUMMARY ? text : `${text.slice(0, MAX_SUMMARY - 1)}…`;

/** The report of a finding. Pure: the same finding at the same moment is the same report. */
export const reportOf = (
  { check, subject, promise, backup, controls, outcome }: Finding,
  now: Date,
  everySeconds: number,
): CheckReport => ({
  check,
  subject,
  promise,
  backup,
  verdict: outcome.verdict,
  reason: outcome.reason,
  ...(outcome.verdict === 'fail' && { severity: outcome.severity }),
  summary: shorten(outcome.summary),
  expected: outcome.expected,
  observed: outcome.observed,
  measurements: outcome.measurements ?? [],
  evidence: outcome.evidence ?? [],
  action: outcome.action ?? '',
  checkedAt: now.toISOString(),
  nextCheckBy: new Date(now.getTime() + 2 * everySeconds * 1_000).toISOString(),
  controls: controls.length > 0 ? [...controls] : defaultControls(check),
});

type Place = { kind?: string; id?: string; region: string };

/** Ties an outcome to a promise of a policy. Subjects are stable over time, and no two policies share one. */
export const findingOf = (
  policy: Pick<BackupPolicy, 'name' | 'controls'>,
  check: CheckName,
  promise: string,
  { kind = 'backup', id = policy.name, region }: Place,
  outcome: Outcome,
): Finding => ({
  check,
  subject: { kind, id, region },
  promise: `backups.${policy.name}${promise === '' ? '' : `.${promise}`}`,
  backup: policy.name,
  controls: policy.controls,
  outcome,
});

const remedy = ({ reason }: Trouble, permission: string): string => {
  switch (reason) {
    case 'access-denied':
      return `Allow ${permission} to the role of check-backups; a bucket policy or a KMS key may also deny it.`;
    case 'not-found':
      return 'Create it, or correct its name in the plan.';
    case 'out-of-time':
      return 'Nothing yet: the next run begins with another backup. If it stays, give the function more time.';
    case 'too-many-objects':
      return 'Name a narrower location or a match in the plan, or promise replication in place of copies.';
    default:
      return 'Nothing yet: it is looked at again at the next run. If it stays, look at the AWS Health Dashboard.';
  }
};

/** What a check says that could not look. */
export const couldNotLook = (
  name: string,
  what: string,
  trouble: Trouble,
  permission: string,
): Outcome => ({
  verdict: 'unknown',
  reason: trouble.reason,
  summary: `${name}: ${what} could not be looked at: ${trouble.reason.replaceAll('-', ' ')} (${trouble.message})`,
  expected: {},
  observed: { trouble: trouble.message },
  action: remedy(trouble, permission),
});
