import type { CheckReport } from '../../events/check-reported/v1.ts';
import type { Fault } from './faults.ts';

/** Who was told of a report, by the channel's name in the plan. */
export type Told = (report: CheckReport) => string[];

export type Run = {
  found: { fault: Fault; report: CheckReport; told: string[]; expected: string[] }[];
  missed: Fault[];
  /** Failures that nobody planted. */
  accused: CheckReport[];
};

const isFailure = (report: CheckReport): boolean => report.verdict === 'fail';

/** Holds what was reported against what was planted. Pure. */
export const judgeRun = (
  reports: CheckReport[],
  faults: Fault[],
  told: Told,
  routes: Record<'critical' | 'warning', string[]>,
): Run => {
  const failures = reports.filter(isFailure);
  const found = faults.flatMap((fault) => {
    const report = failures.find(fault.isFoundBy);
    if (report?.severity === undefined) return [];
    return [{ fault, report, told: told(report), expected: routes[report.severity] }];
  });
  return {
    found,
    missed: faults.filter((fault) => !found.some((one) => one.fault === fault)),
    accused: failures.filter(
      (report) => !faults.some((fault) => fault.isFoundBy(report) || fault.explains(report)),
    ),
  };
};

export const wasTold = ({ told, expected }: Run['found'][number]): boolean =>
  expected.every((channel) => told.includes(channel));

export const everybodyWasTold = ({ found }: Run): boolean => found.every(wasTold);

/** The demo succeeds when every fault was found and told, and nothing healthy was accused. */
export const isSuccess = (run: Run): boolean =>
  run.missed.length === 0 && run.accused.length === 0 && everybodyWasTold(run);
