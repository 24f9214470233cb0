import { describeAwsFailure } from '../../shared/aws-failure/describe-aws-failure.ts';
import type { StoredBackup } from '../../shared/plan/plan.ts';
import type { Cursor } from './cursor-schema.ts';
import type { CursorStore } from './cursor-store.ts';
import { decodeDeep, emptyDeepMemory, encodeDeep } from './deep-memory.ts';
import { decodeHeaders, emptyHeaderMemory, encodeHeaders } from './header-memory.ts';
import { type Insides, mergeInsides } from './merge-memory.ts';
import type { HeaderLook } from './read-headers.ts';

/** Runs begin minutes apart, so a run that is overtaken so often meets something else than runs. */
const TRIES = 3;

type Place = {
  policy: Pick<StoredBackup, 'name'>;
  cursors: CursorStore;
  now: Date;
  warn: (message: string, detail: object) => void;
};

/** What was read of the archive's names, and what the run began with. */
type Begun = { cursor: Cursor; before: Insides; etag: string | undefined };

const insidesOf = (look: HeaderLook, before: Insides): Insides => ({
  headers: look.memory,
  deep: look.deep?.memory ?? before.deep,
});

/** Names are listed again by every run: the look at all of them that is the later one stays. */
const joinCursors = (mine: Cursor, theirs: Cursor): Cursor => ({
  ...(mine.scannedAt > theirs.scannedAt ? mine : theirs),
  turn: Math.max(mine.turn, theirs.turn),
});

const isComparable = (mine: Cursor, theirs: Cursor): boolean =>
  mine.place === theirs.place && mine.segmentSize === theirs.segmentSize;

/**
 * Remembers what a run found, without losing what another one wrote meanwhile: a run that reads whole segments
 * on demand takes as long as the time between two others. Never rejects; what cannot be written is warned of.
 *
 * @returns what is known now, of the other run too.
 */
export const keepLook = async (
  { policy, cursors, now, warn }: Place,
  { cursor, before, etag: first }: Begun,
  look: HeaderLook,
): Promise<HeaderLook> => {
  const mine = insidesOf(look, before);
  let [kept, known, etag] = [cursor, mine, first];
  const found = (): HeaderLook => ({
    ...look,
    memory: known.headers,
    deep: look.deep && { ...look.deep, memory: known.deep },
  });
  try {
    for (let tries = 1; tries <= TRIES; tries += 1) {
      const [headers, deep] = [encodeHeaders(known.headers), encodeDeep(known.deep)];
      if (await cursors.write(policy.name, { ...kept, headers, deep }, etag)) return found();
      const stored = await cursors.read(policy.name);
      const theirs = stored?.value;
      etag = stored?.etag;
      [kept, known] = [cursor, mine];
      if (theirs === undefined) continue;
      // Another plan, or another size of segments: the next run finds out which of them is right.
      if (!isComparable(cursor, theirs)) break;
      kept = joinCursors(cursor, theirs);
      known = mergeInsides(before, mine, {
        headers: theirs.headers ? decodeHeaders(theirs.headers) : emptyHeaderMemory(now),
        deep: theirs.deep ? decodeDeep(theirs.deep) : emptyDeepMemory(now),
      });
    }
    warn('The cursor was not written', { policy: policy.name, reason: 'another run was faster' });
  } catch (error) {
    warn('The cursor was not written', { policy: policy.name, ...describeAwsFailure(error) });
  }
  return found();
};
