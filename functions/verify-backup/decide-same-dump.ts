import type { ContentsDecision } from './contents-finding.ts';
import { shortName } from './short-name.ts';
import { sameNames } from './verified.ts';

/**
 * Pure. The very dump that was verified before, under another name. Two dumps of an idle database may
 * have equal bytes, so only one that says when it was taken can be told apart from its neighbour. One that was
 * made beside it is no other tenant's, where all of these are equal.
 */
export const decideSameDump: ContentsDecision = (input) => {
  const { key, walk, contents, beside, previous = beside } = input;
  const before = previous?.contents;
  if (previous === undefined || before === undefined || contents?.createdAt === undefined)
    return undefined;
  const isSame =
    contents.createdAt === before.createdAt &&
    walk.plainBytes === previous.plainBytes &&
    contents.tableBytes === before.tableBytes &&
    sameNames(contents.databases, before.databases);
  if (!isSame || previous.key === key) return undefined;
  return {
    reason: 'not-new',
    severity: 'warning',
    finding: `is the same dump as ${shortName(previous.key)}, taken at ${contents.createdAt}, under another name`,
    action:
      'Look at the backup job: its dump failed, or writes to another place than its upload reads, so the newest data has no backup.',
  };
};
