import { formatDuration } from './duration.ts';
import { error, type Finding, warning } from './finding.ts';
import type { BackupPolicy, Plan, Retention } from './plan.ts';

/** The longest that a retention keeps anything, in seconds. */
const longest = (retain: Retention | undefined): number | undefined => {
  if (retain === undefined) return undefined;
  if (retain.kind === 'forever') return Number.POSITIVE_INFINITY;
  if (retain.kind === 'age') return retain.seconds;
  return Math.max(retain.dailySeconds ?? 0, retain.weeklySeconds ?? 0, retain.monthlySeconds ?? 0);
};

const rhythm = ({ name, schedule, fresh, retain }: BackupPolicy): Finding[] => {
  const every = schedule.everySeconds;
  if (every === undefined) return [];
  const found: Finding[] = [];
  if (fresh !== undefined && fresh.withinSeconds < every) {
    found.push(
      warning(
        ['backups', name, 'fresh', 'within'],
        `${formatDuration(fresh.withinSeconds)} is shorter than the time between two runs (${schedule.text}): this goes off although nothing is wrong`,
      ),
    );
  }
  const kept = longest(retain);
  if (kept !== undefined && kept < every) {
    found.push(
      warning(
        ['backups', name, 'retain'],
        `${formatDuration(kept)} is shorter than the time between two runs (${schedule.text}): for a while none is left`,
      ),
    );
  }
  return found;
};

const lifecycle = (backup: BackupPolicy): Finding[] => {
  const expires = backup.store === 's3' ? backup.lifecycle?.expireAfterSeconds : undefined;
  const kept = longest(backup.retain);
  if (expires === undefined || kept === undefined || expires >= kept) return [];
  const promised = kept === Number.POSITIVE_INFINITY ? 'forever' : formatDuration(kept);
  return [
    error(
      ['backups', backup.name, 'lifecycle', 'expire-after'],
      `deletes after ${formatDuration(expires)} what retain keeps ${promised}`,
    ),
  ];
};

const walFields = (backup: BackupPolicy): Finding[] => {
  if (backup.store !== 's3') return [];
  if (backup.kind !== 'wal') {
    const stated = {
      'segment-size': backup.segmentSizeBytes !== undefined,
      acknowledged: backup.acknowledged !== undefined,
    };
    return Object.entries(stated).flatMap(([field, isStated]) =>
      isStated
        ? [
            error(
              ['backups', backup.name, field],
              `belongs to a backup of kind wal, not ${backup.kind}`,
            ),
          ]
        : [],
    );
  }
  return backup.fresh === undefined
    ? [
        warning(
          ['backups', backup.name],
          'has no fresh: the age of the newest segment is not judged',
        ),
      ]
    : [];
};

/** Only a dump names databases and tables. */
const dumpFields = (backup: BackupPolicy): Finding[] => {
  if (backup.store !== 's3' || backup.kind === 'pg-dump') return [];
  const { database, contains, ignoreTables, restoreTo } = backup;
  const fields = Object.entries({
    database,
    contains,
    'ignore-tables': ignoreTables,
    'restore-to': restoreTo,
  });
  return fields.flatMap(([field, value]) =>
    value === undefined
      ? []
      : [
          error(
            ['backups', backup.name, field],
            `belongs to a backup of kind pg-dump, not ${backup.kind}`,
          ),
        ],
  );
};

const isPromised = ({ schedule }: BackupPolicy): boolean => schedule.trigger !== 'on-demand';

/** WAL can only be replayed on a physical base backup that is not older than the oldest segment. */
const replay = ({ backups }: Plan): Finding[] => {
  const bases = backups.filter((backup) => backup.kind === 'base-backup' && isPromised(backup));
  return backups.flatMap((backup): Finding[] => {
    if (backup.kind !== 'wal') return [];
    const kept = longest(backup.retain) ?? Number.POSITIVE_INFINITY;
    const reached = bases.some(({ schedule }) => (schedule.everySeconds ?? 0) <= kept);
    const problem =
      bases.length === 0
        ? 'no base-backup is promised on a schedule, and pg_dump output cannot be rolled forward'
        : `segments are kept ${formatDuration(kept)}, less than the time between two base backups`;
    return reached
      ? []
      : [warning(['backups', backup.name], `no point-in-time recovery: ${problem}`)];
  });
};

const DATA = ['pg-dump', 'base-backup', 'wal', 'rds-snapshot', 'rds-point-in-time', 'ebs-snapshot'];

const objective = ({ backups, objectives }: Plan): Finding[] => {
  const { rpoSeconds } = objectives;
  const data = backups.filter((backup) => DATA.includes(backup.kind) && isPromised(backup));
  if (rpoSeconds === undefined || data.length === 0) return [];
  const met = data.some(({ schedule }) => (schedule.everySeconds ?? 0) <= rpoSeconds);
  const wanted = formatDuration(rpoSeconds);
  return met
    ? []
    : [warning(['objectives', 'rpo'], `no backup of data is taken every ${wanted} or more often`)];
};

/** Promises that contradict each other, or cannot be kept. */
export const checkPromises = (plan: Plan): Finding[] => [
  ...plan.backups.flatMap((backup) => [
    ...rhythm(backup),
    ...lifecycle(backup),
    ...walFields(backup),
    ...dumpFields(backup),
  ]),
  ...replay(plan),
  ...objective(plan),
];
