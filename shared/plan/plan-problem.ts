/** One thing that is wrong with a plan, in a place that a person can go to. */
export type PlanProblem = {
  file: string;
  /** Counted from 1; 0 where the file could not be read at all. */
  line: number;
  column: number;
  /** Where in the plan, e.g. `backups.wal.fresh.within`; empty for the file itself. */
  path: string;
  message: string;
  /** `error` stops a deploy; `warning` does not. */
  level: 'error' | 'warning';
};

export const formatProblem = ({ file, line, column, path, message, level }: PlanProblem): string =>
  `${file}:${line}:${column}: ${level}: ${path === '' ? '' : `${path}: `}${message}`;

/** The plan cannot be used. Thrown before anything happens; a retry cannot help. */
export class PlanError extends Error {
  readonly problems: PlanProblem[];
  constructor(problems: PlanProblem[]) {
    super(problems.map(formatProblem).join('\n'));
    this.name = 'PlanError';
    this.problems = problems;
  }
}
