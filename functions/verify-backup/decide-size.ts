import type { StoredBackup } from '../../shared/plan/plan.ts';
import type { ContentsDecision, ContentsInput } from './contents-finding.ts';
import { formatBytes } from './format-bytes.ts';
import { lastingIn } from './lasting-tables.ts';
import { sameNames, type Verified, type VerifiedContents } from './verified.ts';

type Sized = Pick<Verified, 'plainBytes' | 'written' | 'contents'>;

const rowBytes = (contents: VerifiedContents, isLasting: ReturnType<typeof lastingIn>): number =>
  contents.isTableListCut
    ? contents.tableBytes
    : contents.tableList.filter(isLasting).reduce((sum, { bytes }) => sum + bytes, 0);

/** Rows where both have them, whatever the format; else all bytes, where both were written alike. */
const comparable = (
  now: Sized,
  before: Sized,
  backup: StoredBackup,
): [number, number] | undefined => {
  const [a, b] = [now.contents, before.contents];
  if (a !== undefined && b !== undefined) {
    if (!sameNames(a.databases, b.databases)) return undefined;
    // An archive's INSERTs are not counted, and are longer than COPY of the same rows.
    if ((a.rows === undefined) !== (b.rows === undefined)) return undefined;
    if (a.tables > 0 && b.tables > 0 && a.largeObjects + b.largeObjects === 0) {
      const isLasting = lastingIn(b.tableList, a.tableList, backup);
      return [rowBytes(a, isLasting), rowBytes(b, isLasting)];
    }
  }
  const isAlike = before.written === undefined || now.written === before.written;
  return isAlike ? [now.plainBytes, before.plainBytes] : undefined;
};

/** INSERTs are longer than COPY of the same rows: fewer bytes of as many rows are no loss. */
const hasAsManyRows = (
  now: VerifiedContents | undefined,
  before: VerifiedContents | undefined,
  { shrinkWarningPercent }: StoredBackup,
): boolean =>
  now?.rows !== undefined &&
  before?.rows !== undefined &&
  before.rows > 0 &&
  now.rows > before.rows * (1 - shrinkWarningPercent / 200);

const sizesOf = ({ backup, walk, contents, previous }: ContentsInput) =>
  previous &&
  comparable({ plainBytes: walk.plainBytes, written: writtenAs(walk), contents }, previous, backup);

/** Pure. */
export const isSizeComparable = (input: ContentsInput): boolean => sizesOf(input) !== undefined;

/** Pure. Files, images and certificates are as large as they are; only a database grows and stays. */
export const decideSize: ContentsDecision = (input) => {
  const { backup, contents, previous } = input;
  const sizes = sizesOf(input);
  if (previous === undefined || sizes === undefined) return undefined;
  const [size, before] = sizes;
  if (before === 0 || size > before * (1 - backup.shrinkWarningPercent / 100)) return undefined;
  if (hasAsManyRows(contents, previous.contents, backup)) return undefined;
  const shrunk = Math.round(100 * (1 - size / before));
  return {
    reason: 'shrunk',
    severity: 'warning',
    finding: `is ${shrunk}% smaller than the backup before it: ${formatBytes(size)} after ${formatBytes(before)}`,
    action:
      'Find out what is gone: a dropped table, another database, a job that dumps only part. Keep the backup before it until you know.',
  };
};

/** Backups of one format and compression have sizes that can be compared. */
export const writtenAs = ({
  format,
  contents,
}: {
  format: string;
  contents?: { compression?: string };
}): string => [format, contents?.compression].filter((word) => word !== undefined).join(' ');
