export type ForeignTool = 'pgBackRest' | 'WAL-G' | 'Barman';

/** Which part of a tool's repository a file belongs to. */
export type ForeignPart = 'wal' | 'base-backup' | 'catalogue';

export type ForeignFile = { tool: ForeignTool; part: ForeignPart };

const SEGMENT = '[0-9A-F]{24}';
/** A folder for each 4 GB of a timeline's WAL. */
const LOG_FOLDER = '[0-9A-F]{16}';
const SUFFIX = '(\\.\\w+)?';
/** `16-1`: the major version and how many clusters the stanza has had. */
const CLUSTER = '\\d+(\\.\\d+)?-\\d+';
/** `20260101-000000F_20260102-000000I`: a full backup, and one that builds on it. */
const BACKUP_SET = '\\d{8}-\\d{6}F(_\\d{8}-\\d{6}[DI])?';

const at = (pattern: string): RegExp => new RegExp(`(^|/)${pattern}`);

/**
 * How each tool lays out its repository; the first that fits counts.
 *
 * Sources: WAL-G's storage folders `wal_005`, `basebackups_005` (WAL-E's before it); pgBackRest's
 * repository `archive/<stanza>/<cluster>/`, `backup/<stanza>/`; Barman's home and barman-cloud's objects
 * `<server>/wals/`, `<server>/base/`.
 */
const LAYOUTS: readonly (readonly [ForeignTool, ForeignPart, RegExp])[] = [
  ['WAL-G', 'wal', at('wal_\\d{3}/')],
  ['WAL-G', 'base-backup', at('basebackups_\\d{3}/')],
  ['WAL-G', 'base-backup', at(`base_${SEGMENT}(_D_${SEGMENT})?(/|_backup_stop_sentinel\\.json$)`)],
  ['WAL-G', 'wal', at(`${SEGMENT}_delta${SUFFIX}$`)],
  ['Barman', 'base-backup', at('base/\\d{8}T\\d{6}/')],
  ['pgBackRest', 'wal', at(`${SEGMENT}(\\.partial)?-[0-9a-f]{40}${SUFFIX}$`)],
  ['pgBackRest', 'catalogue', at('(archive|backup)\\.info(\\.copy)?$')],
  ['pgBackRest', 'wal', at(`archive/[^/]+/${CLUSTER}/`)],
  ['pgBackRest', 'wal', at(`${CLUSTER}/${LOG_FOLDER}/`)],
  ['pgBackRest', 'base-backup', at(`${BACKUP_SET}/`)],
  ['pgBackRest', 'catalogue', at(`backup\\.history/\\d{4}/${BACKUP_SET}\\.manifest`)],
  ['Barman', 'catalogue', at('wals/xlog\\.db$')],
  ['Barman', 'wal', at(`wals/(${LOG_FOLDER}/${SEGMENT}|[0-9A-F]{8}\\.history)`)],
  ['Barman', 'wal', at(`${LOG_FOLDER}/${SEGMENT}${SUFFIX}$`)],
];

/** The tool whose repository a path below the archive's folder shows, where it shows one. */
export const foreignFile = (path: string): ForeignFile | undefined => {
  const [tool, part] = LAYOUTS.find(([, , pattern]) => pattern.test(path)) ?? [];
  return tool === undefined || part === undefined ? undefined : { tool, part };
};

const PARTS: Readonly<Record<ForeignPart, string>> = {
  wal: 'WAL',
  'base-backup': 'a base backup',
  catalogue: 'the catalogue',
};

/** WAL-G's own folder holds segments under their own names: the only layout that can be checked here. */
const walGFolder = (example: string): string => /^(.*\/)?wal_\d{3}\//.exec(example)?.[0] ?? '';

const insteadOf = ({ tool, part }: ForeignFile, example: string): string => {
  switch (tool) {
    case 'WAL-G': {
      const folder = walGFolder(example);
      if (folder !== '') return `Add ${folder} to the plan's location: its names can be checked.`;
      return part === 'wal'
        ? 'Nothing: this file belongs to WAL-G alone.'
        : "Name WAL-G's folder wal_005/, beside this one, as the plan's location: its names can be checked.";
    }
    case 'pgBackRest':
      return 'Check this repository with `pgbackrest verify` and `pgbackrest check`: its names carry checksums, and no folder of it can be checked here. Name in the plan what a second archive_command or pg_receivewal fills, or take this entry out.';
    case 'Barman':
      return 'Check this server with `barman check` and `barman verify-backup`: its WAL lies in a folder for each 4 GB, which cannot be checked here. Name in the plan what pg_receivewal or a second archive_command fills, or take this entry out.';
  }
};

/**
 * A foreign file in words: what it is ("WAL of pgBackRest"), and what to do about the plan. Undefined
 * where {@link foreignFile} knows no tool.
 */
export const describeForeign = (path: string): { what: string; action: string } | undefined => {
  const file = foreignFile(path);
  return file && { what: `${PARTS[file.part]} of ${file.tool}`, action: insteadOf(file, path) };
};
