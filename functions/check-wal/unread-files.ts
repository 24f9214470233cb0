import { formatSegmentName } from '../../shared/postgres-wal/segment-name.ts';
import { formKey, type HeaderMemory } from './header-memory.ts';
import { countBits, masksOf, numbersIn, unread } from './read-blocks.ts';
import type { Survey } from './survey.ts';

/** One object that holds a segment. */
export type SegmentFile = { key: string; suffix: string; segment: string; number: bigint };

type Part = { key: string; suffix: string; timeline: number; block: bigint; mask: bigint };

/** What is there, can be read and was not, timeline by timeline, ascending. Empty files are not among it. */
export const unreadFiles = (
  { seen, segmentSize }: Survey,
  memory: HeaderMemory,
  isReadable: (suffix: string) => boolean,
): { count: number; files: () => Generator<SegmentFile> } => {
  const parts: Part[] = [];
  for (const [timeline, { forms, empty }] of [...seen.timelines].sort(([a], [b]) => a - b)) {
    const nothingIn = masksOf(empty);
    for (const [suffix, { runs, archived }] of forms) {
      if (!isReadable(suffix)) continue;
      const key = formKey(timeline, suffix);
      const closed = masksOf(archived);
      for (const [block, mask] of unread(memory.forms.get(key) ?? new Map(), runs)) {
        const left = mask & ~(nothingIn.get(block) ?? 0n) & ~(closed.get(block) ?? 0n);
        if (left > 0n) parts.push({ key, suffix, timeline, block, mask: left });
      }
    }
  }
  return {
    count: parts.reduce((sum, { mask }) => sum + countBits(mask), 0),
    files: function* () {
      for (const { key, suffix, timeline, block, mask } of parts) {
        for (const number of numbersIn(block, mask)) {
          const segment = formatSegmentName({ timeline, number }, segmentSize);
          yield { key, suffix, segment, number };
        }
      }
    },
  };
};
