import type { ContentsDecision } from './contents-finding.ts';
import { holdsData } from './verified.ts';

/** Pure. A dump that would restore nothing, or only half of what its series held. */
export const decideEmptiness: ContentsDecision = ({ backup, walk, contents, previous }) => {
  if (contents === undefined) return undefined;
  const isData = holdsData(contents);
  // The globals of a cluster (pg_dumpall -g) are its roles; owners of nothing are in any dump.
  const isGlobals = walk.format === 'pg-dumpall plain' && (walk.contents?.roles.length ?? 0) > 0;
  const isNothing = !isData && contents.tables === 0 && contents.objects === 0 && !isGlobals;
  // A data-less dump after another is still one: what counts is that the series ever held rows.
  const heldDataAt = previous?.contents?.heldDataAt;
  const mustHold =
    backup.contains === 'data' || (backup.contains === undefined && heldDataAt !== undefined);
  if (isNothing) {
    return {
      reason: 'empty-dump',
      severity: mustHold || backup.contains === 'schema' ? backup.severity : 'warning',
      finding: 'is a complete dump of nothing: no table, no row, no other object',
      action:
        'Find out which server and database the backup job reads, and whether its role may see the tables. Keep the backup before it until you know.',
    };
  }
  if (!isData && mustHold) {
    const since = heldDataAt === undefined ? '' : `; the last that held any is of ${heldDataAt}`;
    return {
      reason: 'no-data',
      severity: backup.severity,
      finding: `holds definitions (${contents.objects}) and not one row${since}`,
      action:
        'Find out whether the backup job dumps the schema alone (-s), or the database was emptied. If that is meant, say `contains: schema` in the plan.',
    };
  }
  const hadSchema = (previous?.contents?.objects ?? 0) > 0;
  if (isData && contents.objects === 0 && hadSchema && backup.contains === undefined) {
    return {
      reason: 'no-schema',
      severity: 'warning',
      finding: 'holds rows and no definition of their tables, unlike the one before it',
      action:
        'Find out whether the backup job dumps the data alone (-a): it cannot be restored into an empty database. If that is meant, say `contains: data` in the plan.',
    };
  }
  return undefined;
};
