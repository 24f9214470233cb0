import type { CheckReport } from '../../events/check-reported/v1.ts';
import { formatTable, wrap } from '../../plans/format-table.ts';
import type { Run } from './judge-run.ts';

/** Columns of text are wrapped to this, so that the table fits a wide terminal. */
const WIDTHS = [24, 22, 16, 64, 28];
const OBJECT_CHECK = 'backup-integrity';
const MARK: Record<CheckReport['verdict'], string> = {
  pass: 'pass',
  fail: 'FAIL',
  unknown: 'unknown',
};

const promiseOf = (report: CheckReport): string => String(report.promise ?? report.subject.id);
/** The plan's own name for it; what concerns no promise begins with what it is about. */
const backupOf = (report: CheckReport): string =>
  promiseOf(report).split('.')[1] ?? report.summary.split(': ')[0] ?? '';

/** What was done about a failure. */
type Done = (report: CheckReport) => string[];

/** Objects that are all right are counted, not listed. */
const rowsOf = (reports: CheckReport[], done: Done): string[][] => {
  const row = (report: CheckReport): string[] => [
    backupOf(report),
    report.check,
    MARK[report.verdict] + (report.severity === undefined ? '' : ` (${report.severity})`),
    report.summary.replace(`${backupOf(report)}: `, ''),
    report.verdict === 'fail' ? done(report).join('; ') : '',
  ];
  const healthy = reports.filter(
    ({ check, verdict }) => check === OBJECT_CHECK && verdict === 'pass',
  );
  const others = reports.filter((report) => !healthy.includes(report));
  const counts = new Map<string, number>();
  for (const report of healthy)
    counts.set(backupOf(report), (counts.get(backupOf(report)) ?? 0) + 1);
  const counted = [...counts].map(([backup, count]) => [
    backup,
    OBJECT_CHECK,
    MARK.pass,
    `${count} ${count === 1 ? 'object' : 'objects'} read to the last byte`,
    '',
  ]);
  return [...counted, ...others.map(row)];
};

/** Every promise of the plan with its verdict, and what was done about it. */
export const printReports = (reports: CheckReport[], names: string[], done: Done): string => {
  const place = (name: string | undefined): number => {
    const index = names.indexOf(name ?? '');
    return index < 0 ? names.length : index;
  };
  const rows = rowsOf(reports, done).sort(
    ([a, checkA = ''], [b, checkB = '']) => place(a) - place(b) || checkA.localeCompare(checkB),
  );
  const cells = rows.map((row) => row.map((text, column) => wrap(text, WIDTHS[column] ?? 20)));
  return formatTable(['promise', 'check', 'verdict', 'what was seen', 'what was done'], cells).join(
    '\n',
  );
};

export const printRun = ({ found, missed, accused }: Run): string => {
  const lines = [
    ...found.map(({ fault, report, told, expected }) => {
      const missing = expected.filter((channel) => !told.includes(channel));
      const done =
        missing.length === 0 ? `told: ${told.join(', ')}` : `NOT told: ${missing.join(', ')}`;
      return `  found    ${fault.name}\n           ${report.summary}\n           ${done}`;
    }),
    ...missed.map(({ name }) => `  MISSED   ${name}`),
    ...accused.map(({ check, summary }) => `  ACCUSED  though healthy: ${check}: ${summary}`),
  ];
  return lines.join('\n');
};
