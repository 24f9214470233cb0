import type { StoredBackup } from '../../shared/plan/plan.ts';
import { countSegments } from '../../shared/postgres-wal/segment-runs.ts';
import { plural } from './describe-gaps.ts';
import { formKey } from './header-memory.ts';
import { countBits, countMarked, masksOf } from './read-blocks.ts';
import type { HeaderLook } from './read-headers.ts';
import { layersOf } from './segment-layers.ts';
import type { Survey } from './survey.ts';

/** Segments whose headers are not known, by why. */
export type Unread = { reason: string; segments: number; example?: string; detail: string };

const ACTIONS: Readonly<Record<string, string>> = {
  'access-denied':
    'Allow s3:GetObject below the location to the role of check-wal, and kms:Decrypt where the bucket uses a key of yours.',
  archived:
    'Keep WAL that a recovery needs in a storage class that is readable at once: a recovery from here waits hours for its first segment.',
  'unsupported-compression':
    'Test a recovery by hand, or let archive_command compress with gzip, zstd or lz4.',
  'encoding-not-named': "Say in the plan's encoding what archive_command does to the bytes.",
  'wrong-key':
    "Look at the passphrase in the plan's encoding. Where it is right, older versions of these names were made with another: delete those versions, or wait until the bucket's lifecycle does.",
  'encoding-mismatch':
    "Look at the plan's encoding. Where it is right, older versions of these names were encoded in another way: delete those versions, or wait until the bucket's lifecycle does.",
  'key-unavailable': 'Create the secret, and allow check-wal to read it.',
};
const OTHERWISE = 'Nothing: it is tried again with the next run.';

const formsOf = ({ seen }: Survey) =>
  [...seen.timelines].flatMap(([timeline, { forms }]) =>
    [...forms].map(([suffix, form]) => ({ key: formKey(timeline, suffix), suffix, form })),
  );

/** Files in a class that cannot be read, as far as they were not read before they went there. */
const archivedIn = (survey: Survey, { memory }: HeaderLook): number =>
  formsOf(survey).reduce((sum, { key, form }) => {
    const blocks = memory.forms.get(key);
    const masks = [...masksOf(form.archived)];
    return masks.reduce(
      (all, [index, mask]) => all + countBits(mask & ~(blocks?.get(index)?.read ?? 0n)),
      sum,
    );
  }, 0);

/** Names of which a version cannot be opened; those that were found to differ before count as that. */
const shutVersions = ({ compared }: HeaderLook['memory']): number =>
  [...compared.values()]
    .flatMap((blocks) => [...blocks.values()])
    .reduce((sum, { shut, bad }) => sum + countBits(shut & ~bad), 0);

/** What is there and was not looked into, the reason that concerns most segments first. */
export const unreadOf = (policy: StoredBackup, survey: Survey, look: HeaderLook): Unread[] => {
  const { memory, left, trouble } = look;
  const unsupported = formsOf(survey).filter(
    ({ suffix }) => layersOf(policy, suffix) === 'unsupported',
  );
  const shut = [...memory.forms.values()].reduce((sum, one) => sum + countMarked(one, 'shut'), 0);
  const [example] = memory.shut;
  const [uncomparable] = memory.uncompared;
  const { left: uncompared = 0, trouble: versions } = look.uncompared ?? {};
  const all: Unread[] = [
    {
      reason: trouble?.reason ?? 'reading-goes-on',
      segments: left,
      detail: trouble?.detail ?? 'time was up; the next run goes on',
    },
    {
      reason: 'archived',
      segments: archivedIn(survey, look),
      detail: 'they are in a storage class that must be restored before it can be read',
    },
    {
      reason: 'unsupported-compression',
      segments: unsupported.reduce((sum, { form }) => sum + Number(countSegments(form.runs)), 0),
      detail: `${[...new Set(unsupported.map(({ suffix }) => suffix))].join(', ')} is not read here`,
    },
    {
      reason: example?.finding ?? 'unexpected-error',
      segments: shut,
      example: example?.name,
      detail: example?.detail ?? '',
    },
    {
      reason: versions?.finding ?? 'versions-not-compared',
      segments: uncompared,
      example: versions?.name,
      detail: versions?.detail ?? 'they were written more than once, and are compared in turns',
    },
    {
      reason: uncomparable?.finding ?? 'versions-not-compared',
      segments: shutVersions(memory),
      example: uncomparable?.name,
      detail: uncomparable?.detail ?? 'they were written more than once, and cannot be compared',
    },
  ];
  return all.filter(({ segments }) => segments > 0).sort((a, b) => b.segments - a.segments);
};

/** What is said where nothing is wrong in what was read, but not everything was. */
export const describeUnread = ({ name }: StoredBackup, unread: readonly Unread[], read: number) => {
  const [most] = unread;
  if (most === undefined) return undefined;
  const { reason, segments, example, detail } = most;
  const others = unread.slice(1).reduce((sum, one) => sum + one.segments, 0);
  const such = example === undefined ? '' : ` such as ${example}`;
  const more = others === 0 ? '' : `; ${plural(others, 'more segment')} for other reasons`;
  return {
    verdict: 'unknown' as const,
    reason,
    summary: `${name}: nothing is wrong in the headers of ${plural(read, 'segment file')}, but ${plural(segments, 'segment')}${such} could not be looked into yet: ${detail}${more}`,
    action: ACTIONS[reason] ?? OTHERWISE,
  };
};
