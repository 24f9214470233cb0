import { recoveryWindows } from '../../shared/postgres-wal/recovery-windows.ts';
import { parseSegmentName } from '../../shared/postgres-wal/segment-name.ts';
import { type Attempts, attemptWalk } from './attempt-walk.ts';
import { brokenSegments } from './broken-segments.ts';
import type { DeepMemory, WalkedEnd } from './deep-memory.ts';
import { noteWalk } from './note-walk.ts';
import { isMarked } from './read-blocks.ts';
import { archiveOf, newestOf, type Survey } from './survey.ts';
import type { SegmentFile } from './unread-files.ts';
import { type Walking, walkFile } from './walk-file.ts';
import { mayEndEarly, walkableFile } from './walkable-files.ts';

/** Where recoveries end, most often at one place; each is read in full once. */
const ENDS_A_RUN = 4;

/** The newest segment, and the last one that a recovery of each base backup gets through. */
const endsOf = (walking: Walking, deep: DeepMemory): SegmentFile[] => {
  const { survey, headers } = walking;
  const archive = { ...archiveOf(survey), broken: brokenSegments(survey, headers, deep.forms) };
  const windows = recoveryWindows(
    archive,
    survey.labels.map(({ backup }) => backup),
  );
  const reached = windows.flatMap((window) =>
    window.state === 'incomplete' ? [] : [window.to.segment],
  );
  const newest = newestOf(survey.seen)?.name.slice(0, 24);
  return [...new Set([...(newest === undefined ? [] : [newest]), ...reached])].flatMap((name) => {
    const parsed = parseSegmentName(name, survey.segmentSize);
    return (parsed && walkableFile(walking, parsed.timeline, parsed.number)) ?? [];
  });
};

/**
 * Walks through the segments at which recoveries end now, so that it is known to which transaction they
 * come: the time of archiving says nothing where the archive was behind. Changes `deep` and `attempts`.
 * Never rejects.
 */
export const walkEnds = async (
  walking: Walking,
  deep: DeepMemory,
  until: number,
  attempts: Attempts,
): Promise<void> => {
  const isEnd = mayEndEarly(walking);
  let walked = 0;
  for (const file of endsOf(walking, deep)) {
    const name = file.segment + file.suffix;
    if (walked >= ENDS_A_RUN || attempts.isOver || performance.now() >= until) break;
    if (deep.ends.some((end) => end.name === name)) continue;
    // What is damaged or could not be read is given another turn among the others.
    const blocks = deep.forms.get(file.key);
    if (isMarked(blocks, file.number, 'bad') || isMarked(blocks, file.number, 'shut')) continue;
    const verdict = await attemptWalk(attempts, deep, file, () =>
      walkFile(walking, file, { mayEndEarly: isEnd(file) }),
    );
    walked += 1;
    if (verdict !== undefined) noteWalk({ headers: walking.headers, deep }, file, verdict, true);
  }
};

/** The ends whose files are there and were not written again. */
export const refreshEnds = (ends: readonly WalkedEnd[], { seen, segmentSize }: Survey) =>
  ends.filter(({ name }) => {
    const segment = parseSegmentName(name.slice(0, 24), segmentSize);
    const form = segment && seen.timelines.get(segment.timeline)?.forms.get(name.slice(24));
    const holds = (runs: readonly { first: bigint; last: bigint }[]): boolean =>
      runs.some(({ first, last }) => segment && first <= segment.number && segment.number <= last);
    return form !== undefined && holds(form.runs) && !holds(form.changed);
  });
