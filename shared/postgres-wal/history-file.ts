import { formatLsn, parseLsn } from './lsn.ts';

/** Where a timeline left its parent. Identified by both: two switches may fall into one segment. */
export type TimelineSwitch = { parent: number; lsn: bigint };

export type HistoryFile =
  | { ok: true; switches: TimelineSwitch[] }
  | { ok: false; line: number; problem: string };

const LINE = /^\s*(\d{1,10})\s+(\S+)(?:\s.*)?$/;
const MAX_TIMELINE = 0xffff_ffff;

const readLine = (text: string): TimelineSwitch | string => {
  const [, parent = '', position = ''] = LINE.exec(text) ?? [];
  const lsn = parseLsn(position);
  if (parent === '' || lsn === undefined) {
    return 'must be a timeline, an LSN and a reason, separated by tabs';
  }
  const timeline = Number(parent);
  if (timeline < 1 || timeline > MAX_TIMELINE) return `timeline ${parent} does not exist`;
  return { parent: timeline, lsn };
};

const checkOrder = (
  next: TimelineSwitch,
  last: TimelineSwitch | undefined,
  timeline: number,
): string | undefined => {
  if (next.parent >= timeline) return `timeline ${next.parent} is no ancestor of ${timeline}`;
  if (last === undefined) return undefined;
  if (next.parent <= last.parent) return `timeline ${next.parent} comes after ${last.parent}`;
  if (next.lsn < last.lsn) return `${formatLsn(next.lsn)} comes after ${formatLsn(last.lsn)}`;
  return undefined;
};

/** PostgreSQL ends every line, so a file that stops within one is cut; digits of the LSN may be gone. */
const ENDS_IN_LSN = /(^|\n)\s*\d+\s+\S+$/;

/**
 * Reads the `.history` file of a timeline: one line for each ancestor, oldest first,
 * `parent<TAB>switch LSN<TAB>reason`. Empty lines and lines that begin with `#` say nothing. What PostgreSQL
 * would refuse is a problem, and so is a last line that ends with its LSN. Never throws.
 *
 * Format: PostgreSQL timeline.c, readTimeLineHistory.
 *
 * @param timeline whose file it is: its ancestors must be lower. Not judged without it.
 */
export const parseHistoryFile = (
  text: string,
  timeline: number = Number.POSITIVE_INFINITY,
): HistoryFile => {
  const switches: TimelineSwitch[] = [];
  const lines = text.split(/\r?\n/);
  if (ENDS_IN_LSN.test(text)) {
    return { ok: false, line: lines.length, problem: 'ends before its reason: the file is cut' };
  }
  for (const [index, line] of lines.entries()) {
    if (/^\s*(#|$)/.test(line)) continue;
    const read = readLine(line);
    const problem = typeof read === 'string' ? read : checkOrder(read, switches.at(-1), timeline);
    if (typeof read === 'string' || problem !== undefined) {
      return { ok: false, line: index + 1, problem: problem ?? '' };
    }
    switches.push(read);
  }
  if (switches.length === 0) return { ok: false, line: 1, problem: 'it names no parent timeline' };
  return { ok: true, switches };
};
