import type { CopyRows } from './copy-rows.ts';
import type { SqlStatement } from './sql-statement.ts';

/** What was found, in the order of the file. Whatever an event throws ends the reading. */
export type SqlEvents = {
  /** A `--` comment to the end of its line; `isInside` a statement that has begun. */
  comment: (text: string, isInside: boolean) => void;
  /** A line that begins with a backslash, between statements. */
  command: (text: string) => void;
  /** A statement ended. For one that `isCopyFromHere` the answer reads the rows that follow. */
  statement: (statement: SqlStatement, head: () => string) => CopyRows | undefined;
  /** The rows of COPY begin at this byte, and are over, by their end or a fault. */
  rows: (rows: CopyRows, are: 'beginning' | 'over') => void;
  /** What psql would stumble over. */
  fault: (what: string) => never;
};
