/** A file that holds pages of a relation. */
export type RelationFile = {
  /** `global`, `base/5` or `pg_tblspc/16384/PG_15_202209061/5`. */
  folder: string;
  node: number;
  fork: 'main' | 'fsm' | 'vm' | 'init';
  /** Large relations go on in `<node>.1`, `<node>.2` … */
  segment: number;
  /** `INCREMENTAL.<name>`: some pages behind a list of their numbers, for pg_combinebackup. */
  isIncremental: boolean;
};

const NAME =
  /^(global|base\/\d{1,10}|pg_tblspc\/\d{1,10}\/PG_[^/]{1,40}\/\d{1,10})\/(INCREMENTAL\.)?(\d{1,10})(?:_(fsm|vm|init))?(?:\.(\d{1,6}))?$/;
const FORKS = { fsm: 'fsm', vm: 'vm', init: 'init' } as const;

/**
 * Whether a path below the data directory is that of a relation's file, temporary ones excepted: those
 * are dropped at the next start. Formats: PostgreSQL common/relpath.c,
 * backup/basebackup_incremental.c.
 */
export const parseRelationFile = (path: string): RelationFile | undefined => {
  const [, folder, incremental, node, fork = '', segment = '0'] = NAME.exec(path) ?? [];
  if (folder === undefined) return undefined;
  const known = Object.values(FORKS).find((name) => name === fork);
  return {
    folder,
    node: Number(node),
    fork: known ?? 'main',
    segment: Number(segment),
    isIncremental: incremental !== undefined,
  };
};
