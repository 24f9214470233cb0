import {
  CONTENTS_REASONS,
  type ContentsDecision,
  type ContentsFinding,
  type ContentsInput,
} from './contents-finding.ts';
import { decideAgeByName } from './decide-age-by-name.ts';
import { decideDatabase } from './decide-database.ts';
import { decideEmptiness } from './decide-emptiness.ts';
import { decideLargeObjects } from './decide-large-objects.ts';
import { decideLostRows, decideVanishedTables } from './decide-lost-tables.ts';
import { decideSameDump } from './decide-same-dump.ts';
import { decideSize } from './decide-size.ts';
import { decideExtensions, decideRoles, decideTarget } from './decide-target.ts';
import { decideWalNeeded } from './decide-wal-needed.ts';

const DECISIONS: ContentsDecision[] = [
  decideEmptiness,
  decideDatabase,
  decideTarget,
  decideAgeByName,
  decideSameDump,
  decideWalNeeded,
  decideVanishedTables,
  decideLostRows,
  decideLargeObjects,
  decideSize,
  decideExtensions,
  decideRoles,
];

const loudness = ({ severity, reason }: ContentsFinding): number =>
  (severity === 'critical' ? 0 : 100) + CONTENTS_REASONS.indexOf(reason);

/**
 * Everything that is wrong with what a whole backup holds, the worst first. Pure. A backup that is the
 * very one of before lost nothing since, and one of another database is not compared table by table.
 */
export const decideContents = (input: ContentsInput): ContentsFinding[] =>
  DECISIONS.flatMap((decide) => decide(input) ?? []).sort((a, b) => loudness(a) - loudness(b));
