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

const checkOrder = (next: TimelineSwitch, last: TimelineSwitch | undefined): string | undefined => {
  if (last === undefined) return undefined;
  if (next.parent <= last.parent) return `timeline ${next.parent} comes after ${last.parent}`;
  if (next.lsn < last.lsn) return `${formatLsn(next.lsn)} comes after ${formatLsn(last.lsn)}`;
  return undefined;
};

/**
 * Reads a `.history` file: one line for each ancestor, oldest first, `parent<TAB>switch LSN<TAB>reason`.
 * Empty lines and lines that begin with `#` say nothing. Never throws.
 *
 * Format: PostgreSQL timeline.c, readTimeLineHistory.
 */
export const parseHistoryFile = (text: string): HistoryFile => {
  const switches: TimelineSwitch[] = [];
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (/^\s*(#|$)/.test(line)) continue;
    const read = readLine(line);
    const problem = typeof read === 'string' ? read : checkOrder(read, switches.at(-1));
    if (typeof read === 'string' || problem !== undefined) {
      return { ok: false, line: index + 1, problem: problem ?? '' };
    }
    switches.push(read);
  }
  if (switches.length === 0) return { ok: false, line: 1, problem: 'it names no parent timeline' };
  return { ok: true, switches };
};
