import type { StoredBackup } from '../../shared/plan/plan.ts';
import type { DeepMemory } from './deep-memory.ts';
import type { HeaderMemory } from './header-memory.ts';
import { type Blocks, beginAnew, isMarked, reopen } from './read-blocks.ts';
import { REOPEN_MS } from './refresh-headers.ts';
import { layersOf } from './segment-layers.ts';
import type { Survey } from './survey.ts';
import { type SegmentFile, unreadFiles } from './unread-files.ts';
import { hasGoodHeader, mayEndEarly } from './walkable-files.ts';

/** A range of one timeline by the names of its segments, both included. */
export type DeepRange = { first: string; last: string };

type Input = {
  policy: StoredBackup;
  survey: Survey;
  headers: HeaderMemory;
  deep: DeepMemory;
  now: Date;
  asked?: { range?: DeepRange };
};

/** A sweep ends this much before its period, so that no segment waits longer than that. */
export const SPARE = 0.8;

type Forms = Map<string, Blocks>;

const isWithin = ({ segment }: SegmentFile, { first, last }: DeepRange): boolean =>
  first <= segment && segment <= last;

function* only(
  files: Iterable<SegmentFile>,
  isWanted: (file: SegmentFile) => boolean,
): Generator<SegmentFile> {
  for (const file of files) if (isWanted(file)) yield file;
}

const mapForms = (forms: Forms, change: (blocks: Blocks) => Blocks): Forms =>
  new Map([...forms].map(([key, blocks]) => [key, change(blocks)]));

const badAsRead = (blocks: Blocks): Blocks =>
  new Map([...blocks].map(([index, block]) => [index, { ...block, read: block.read | block.bad }]));

const hasBad = (forms: Forms): boolean =>
  [...forms.values()].some((blocks) => [...blocks.values()].some(({ bad }) => bad > 0n));

const isEmpty = (files: Generator<SegmentFile>): boolean => files.next().done ?? false;

/**
 * Which segments are to be walked now. A sweep that is through begins again when it is due or asked for. What
 * was damaged is walked again once a day, or when asked for, in a round of its own: it neither waits for the
 * sweep nor holds it up, and the next round begins when all had their turn. Changes `deep`.
 */
export const planWalk = ({ policy, survey, headers, deep, asked, now }: Input) => {
  const isReadable = (suffix: string): boolean => typeof layersOf(policy, suffix) !== 'string';
  const without = (forms: Forms) => unreadFiles(survey, { ...headers, forms }, isReadable);
  const isEnd = mayEndEarly({ survey });
  const early = new Set(deep.ends.flatMap(({ name, isEarly }) => (isEarly ? [name] : [])));
  const hasRight = (file: SegmentFile): boolean => hasGoodHeader(headers, file);
  // What is known to end early is looked at again when something follows it.
  const isWalkable = (file: SegmentFile): boolean =>
    hasRight(file) && !(early.has(file.segment + file.suffix) && isEnd(file));
  const sweep = () => only(without(mapForms(deep.forms, badAsRead)).files(), isWalkable);
  const isBad = ({ key, number }: SegmentFile): boolean =>
    isMarked(deep.forms.get(key), number, 'bad');
  const again = () =>
    only(
      hasBad(deep.forms) ? without(deep.forms).files() : [],
      (one) => isBad(one) && hasRight(one),
    );
  const all = without(new Map());
  const range = asked?.range;
  if (range !== undefined) {
    const files = only(all.files(), (file) => isWithin(file, range) && hasRight(file));
    return { again: [], files, segments: all.count, isEnd };
  }
  const age = now.getTime() - deep.sweptSince;
  const isDue = asked !== undefined || age >= SPARE * policy.rereadSeconds * 1_000;
  const isReopening = asked !== undefined || now.getTime() - deep.reopenedAt >= REOPEN_MS;
  if (isReopening && isEmpty(again())) {
    deep.forms = mapForms(deep.forms, reopen);
    deep.reopenedAt = now.getTime();
  }
  if (isDue && isEmpty(sweep())) {
    deep.forms = mapForms(deep.forms, beginAnew);
    deep.sweptSince = now.getTime();
  }
  return { again: again(), files: sweep(), segments: all.count, isEnd };
};
