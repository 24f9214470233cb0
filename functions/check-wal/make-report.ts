import type { CheckReport } from '../../events/check-reported/v1.ts';
import { formatLocation } from '../../shared/plan/location.ts';
import type { StoredBackup } from '../../shared/plan/plan.ts';
import type { Judgement } from './judgement.ts';

/** Two rounds of five minutes may be lost before a reader takes a report for stale. */
const NEXT_CHECK_MS = 2 * 5 * 60_000;
const DEFAULT_CONTROLS = ['SOC2:A1.2', 'ISO27001:A.8.13'];
const MAX_SUMMARY = 1024;

export type Place = { region: string; stage: string; service: string };

/** Ties a judgement to its policy, its place and a moment. */
export const makeReport = (
  policy: StoredBackup,
  judgement: Judgement,
  now: Date,
  { region, stage, service }: Place,
): CheckReport => {
  const { promise, files = [''], action, again, summary, ...said } = judgement;
  const folder = formatLocation(policy.location);
  const payload = again === undefined ? '' : ` -d '${JSON.stringify(again)}'`;
  const line = `sls invoke -f ${service} -s ${stage}${payload}`;
  return {
    ...said,
    subject: { kind: 'backup', id: policy.name, region },
    promise: ['backups', policy.name, ...(promise === undefined ? [] : [promise])].join('.'),
    backup: policy.name,
    summary: summary.slice(0, MAX_SUMMARY),
    evidence: files.map((file) => ({ uri: `${folder}${file}` })),
    action: action === undefined ? '' : `${action} Then check again: ${line}`,
    checkedAt: now.toISOString(),
    nextCheckBy: new Date(now.getTime() + NEXT_CHECK_MS).toISOString(),
    controls: policy.controls.length > 0 ? policy.controls : DEFAULT_CONTROLS,
  };
};
