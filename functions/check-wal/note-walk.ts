import type { WalkVerdict } from '../../shared/postgres-wal/judge-walk.ts';
import type { DeepMemory } from './deep-memory.ts';
import { type HeaderMemory, MAX_FINDINGS } from './header-memory.ts';
import { EXAMPLES } from './note-inspected.ts';
import { type Blocks, markRead, markUnreadable, unmark } from './read-blocks.ts';
import type { SegmentFile } from './unread-files.ts';

export const MAX_ENDS = 64;

const blocksIn = (forms: Map<string, Blocks>, key: string): Blocks => {
  const blocks = forms.get(key) ?? new Map();
  forms.set(key, blocks);
  return blocks;
};

const noteFinding = ({ findings }: HeaderMemory, name: string, verdict: WalkVerdict): void => {
  if (verdict.verdict !== 'fail') return;
  const { finding, detail } = verdict;
  const known = findings.findIndex((one) => one.name === name);
  if (known >= 0) findings[known] = { name, finding, detail };
  else if (findings.length < MAX_FINDINGS) findings.push({ name, finding, detail });
};

/**
 * Notes what a walk found, apart from that the segment had its turn: damage, and where a recovery that ends
 * in it comes to. Of other segments only that they end early is kept, so that they are walked once more when
 * something follows.
 *
 * @returns the bytes that were walked through.
 */
export const noteWalk = (
  { headers, deep }: { headers: HeaderMemory; deep: DeepMemory },
  { key, number, segment, suffix }: SegmentFile,
  verdict: WalkVerdict,
  isWindowEnd: boolean,
): number => {
  const name = segment + suffix;
  noteFinding(headers, name, verdict);
  const walk = verdict.verdict === 'pass' ? verdict.walk : undefined;
  const isEarly = verdict.verdict === 'unknown' && verdict.reason === 'ends-early';
  if (verdict.verdict === 'fail') {
    markRead(blocksIn(deep.forms, key), number, { at: 0, bad: true, wholeBlockSeen: false });
  } else if (isWindowEnd || isEarly) {
    const at = walk?.lastTransaction?.at ?? walk?.lastCheckpoint?.at;
    const others = deep.ends.filter((end) => end.name !== name);
    deep.ends = [...others, { name, at, isEarly }].slice(-MAX_ENDS);
  }
  deep.lastCommit = Math.max(deep.lastCommit ?? 0, walk?.lastTransaction?.at ?? 0) || undefined;
  return walk?.bytes ?? 0;
};

/**
 * Notes that a segment had its turn in the sweep, and that it is not damaged. One that ends early has none
 * yet: it is walked again when something follows it.
 */
export const noteTurn = (
  deep: DeepMemory,
  { key, number, segment, suffix }: SegmentFile,
  verdict: WalkVerdict,
): void => {
  const blocks = blocksIn(deep.forms, key);
  const isEarly = verdict.verdict === 'unknown' && verdict.reason === 'ends-early';
  if (isEarly) unmark(blocks, number);
  else markRead(blocks, number, { at: 0, bad: false, wholeBlockSeen: false });
  deep.shut = deep.shut.filter(({ name }) => name !== segment + suffix);
};

/** Notes that a segment had its turn and could not be read. What was known to be damaged stays so. */
export const noteUnreadable = (
  deep: DeepMemory,
  { key, number, segment, suffix }: SegmentFile,
  trouble?: { reason: string; detail: string },
): void => {
  markUnreadable(blocksIn(deep.forms, key), number);
  if (trouble === undefined) return;
  const name = segment + suffix;
  const others = deep.shut.filter((one) => one.name !== name);
  const finding = { name, finding: trouble.reason, detail: trouble.detail };
  deep.shut = [...others, finding].slice(-EXAMPLES);
};
