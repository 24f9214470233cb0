import type { StoredBackup } from '../../shared/plan/plan.ts';
import { formatSegmentName } from '../../shared/postgres-wal/segment-name.ts';
import type { SecretReader } from '../../shared/secrets/secret-reader.ts';
import type { ArchiveClient } from './archive-client.ts';
import { compareVersions } from './compare-versions.ts';
import { type Finding, formKey, type HeaderMemory, MAX_FINDINGS } from './header-memory.ts';
import { EXAMPLES, noteFinding } from './note-inspected.ts';
import {
  type Blocks,
  isMarked,
  markRead,
  markUnreadable,
  numbersIn,
  unread,
} from './read-blocks.ts';
import type { Survey } from './survey.ts';

/** The finding where the older versions were broken. */
export const MENDED = 'mended';
const OVERWRITTEN = 'overwritten';
const isOurs = ({ finding }: Finding): boolean => finding === MENDED || finding === OVERWRITTEN;

/** Names whose versions are compared in one run: each is read in full, every version of it. */
const MOST_A_RUN = 40;
/** Of those so many may be names that were found to differ, and are compared once more. */
const MOST_AGAIN = 4;

type Input = {
  client: Pick<ArchiveClient, 'versions' | 'readVersion'>;
  policy: StoredBackup;
  readSecret: SecretReader;
  survey: Survey;
  memory: HeaderMemory;
  /** None is begun after this moment, in the milliseconds of `performance.now`. */
  until: number;
};

/** Names that were written more than once with bytes that differ, and are not compared yet: more is to be tried. */
export type Uncompared = { left: number; trouble?: Finding };

const blocksOf = (memory: HeaderMemory, key: string): Blocks => {
  const blocks = memory.compared.get(key) ?? new Map();
  memory.compared.set(key, blocks);
  return blocks;
};

/** Compares what was written more than once, and once more what was found to differ. Changes `memory`. Never rejects. */
export const compareRewritten = async (input: Input): Promise<Uncompared> => {
  const { survey, memory, until } = input;
  let [left, done, again] = [0, 0, 0];
  let trouble: Finding | undefined;
  for (const [timeline, { forms }] of survey.seen.timelines) {
    for (const [suffix, { rewritten }] of forms) {
      const key = formKey(timeline, suffix);
      for (const [block, mask] of unread(memory.compared.get(key) ?? new Map(), rewritten)) {
        for (const number of numbersIn(block, mask)) {
          const wasBad = isMarked(memory.compared.get(key), number, 'bad');
          if (!wasBad) left += 1;
          const isEnough = done >= MOST_A_RUN || (wasBad && again >= MOST_AGAIN);
          if (isEnough || performance.now() >= until) continue;
          done += 1;
          if (wasBad) again += 1;
          const name = formatSegmentName({ timeline, number }, survey.segmentSize) + suffix;
          const compared = await compareVersions(input, name);
          if (compared.is === 'unknown' && !compared.lasts) {
            trouble ??= { name, finding: compared.reason, detail: compared.detail };
            continue;
          }
          if (!wasBad) left -= 1;
          if (compared.is === 'unknown') {
            // Tried again a day later: it must not keep others waiting with every run.
            markUnreadable(blocksOf(memory, key), number);
            const shut = { name, finding: compared.reason, detail: compared.detail };
            noteFinding(memory.uncompared, EXAMPLES, shut);
            continue;
          }
          const bad = compared.is !== 'same';
          markRead(blocksOf(memory, key), number, { at: 0, bad, wholeBlockSeen: false });
          memory.findings = memory.findings.filter((one) => one.name !== name || !isOurs(one));
          if (bad && memory.findings.length < MAX_FINDINGS) {
            const finding = compared.is === 'mended' ? MENDED : OVERWRITTEN;
            memory.findings.push({ name, finding, detail: compared.detail });
          }
        }
      }
    }
  }
  return { left, trouble };
};
