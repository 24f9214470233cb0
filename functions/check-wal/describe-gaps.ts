import type { Gap } from '../../shared/postgres-wal/find-gaps.ts';

export const plural = (count: bigint | number, one: string): string =>
  `${count} ${one}${Number(count) === 1 ? '' : 's'}`;

export const segmentsIn = (gaps: readonly Gap[]): bigint =>
  gaps.reduce((sum, { segments }) => sum + segments, 0n);

const whatIs = ({ first, last, segments }: Gap): string =>
  segments === 1n ? `segment ${first} is` : `${segments} segments ${first} to ${last} are`;

const describeOne = (gap: Gap): string => {
  const { after, before = 'the end' } = gap;
  if (after !== undefined) return `${whatIs(gap)} missing between ${after} and ${before}`;
  return `${whatIs(gap)} missing before ${before}, and the oldest base backup starts there`;
};

const describeHistories = (names: readonly string[]): string =>
  `${names.join(', ')} ${names.length === 1 ? 'is' : 'are'} missing`;

/** One sentence part that names the first gap, counts the others and lists the missing histories. */
export const describeGaps = (gaps: readonly Gap[], missing: readonly string[]): string => {
  const [first, ...more] = gaps;
  if (first === undefined) {
    return `${describeHistories(missing)}, and without it recovery cannot follow that timeline`;
  }
  const others =
    more.length === 0
      ? ''
      : `, and ${plural(more.length, 'more gap')} (${plural(segmentsIn(more), 'segment')})`;
  const histories = missing.length === 0 ? '' : `; ${describeHistories(missing)} too`;
  return `${describeOne(first)}${others}${histories}`;
};

/** What a person does about it. */
export const mendGaps = ([gap]: readonly Gap[], [history = '']: readonly string[]): string => {
  const copy = (what: string): string =>
    `Copy ${what} into the folder from the server's pg_wal, or from where pg_receivewal writes, while it is still there; otherwise take a new base backup now`;
  if (gap === undefined) return `${copy(history)}.`;
  const names = gap.segments === 1n ? gap.first : `${gap.first} to ${gap.last}`;
  const until = gap.after ?? 'the oldest base backup';
  return `${copy(names)}: recovery past ${until} is not possible.`;
};
