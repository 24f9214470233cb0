import type { StoredBackup } from '../../shared/plan/plan.ts';
import type { Part } from './content-on-route.ts';
import type { Finding } from './header-memory.ts';
import type { Judgement } from './judgement.ts';

const again = (name: string): string =>
  `${name} again from the server's pg_wal, or from where pg_receivewal writes, while it is still there; otherwise take a new base backup now. Find out what wrote it: two servers that archive into one folder overwrite each other.`;

/** What to do about a segment that cannot be replayed. What the plan may have wrong comes first: then nothing is lost. */
const actionOn = ({ name, finding }: Finding): string => {
  switch (finding) {
    case 'wrong-key':
      return "Look at the passphrase, cipher and iterations in the plan's encoding first: they must be those of archive_command. After a change of the passphrase older segments open with the old one alone: keep it, and take a base backup with the new one.";
    case 'encoding-mismatch':
      return `Look at the plan's encoding first, or at the ending of the names where the plan has none: it must say what archive_command does. Where it does, copy ${again(name)}`;
    case 'corrupt':
      return `Look at the plan's encoding first where many segments are corrupt: it must say what archive_command does. Where it does, or this is the only one, copy ${again(name)}`;
    default:
      return `Copy ${again(name)}`;
  }
};

/**
 * What to do about the first of the segments that cannot be replayed, and with which invocation it is looked at
 * again at once: whole segments, of the range where it is one.
 */
export const adviseMending = (
  { name: policy }: StoredBackup,
  finding: Finding,
  bad: readonly Part[],
): Pick<Judgement, 'action' | 'again'> => {
  const [part, ...others] = bad;
  const isOne = part !== undefined && others.length === 0;
  const range = isOne ? `${part.first.slice(0, 24)}..${part.last.slice(0, 24)}` : undefined;
  return { action: actionOn(finding), again: { policy, deep: true, range } };
};
