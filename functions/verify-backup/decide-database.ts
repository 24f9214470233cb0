import type { ContentsDecision } from './contents-finding.ts';
import { sameNames } from './verified.ts';

/** One dump of another database may be the first of several in a folder; three of one are a custom. */
const CUSTOM = 3;

/** Pure. A dump that is of another database than the plan says, or than those before it. */
export const decideDatabase: ContentsDecision = ({ backup, contents, previous }) => {
  const databases = contents?.databases ?? [];
  if (databases.length === 0) return undefined;
  const found = `is of database ${databases.slice(0, 5).join(', ')}`;
  const action =
    'Find out which database the backup job reads (-d, PGDATABASE, the service file). Keep the backups before it until you know.';
  if (backup.database !== undefined) {
    return databases.includes(backup.database)
      ? undefined
      : {
          reason: 'wrong-database',
          severity: backup.severity,
          finding: `${found}, not of ${backup.database} as the plan says`,
          action,
        };
  }
  const before = previous?.contents;
  if (before === undefined || before.databases.length === 0) return undefined;
  if (before.sameDatabases < CUSTOM || sameNames(before.databases, databases)) return undefined;
  // Databases of a cluster come and go; another cluster has none of them.
  if (before.databases.some((name) => databases.includes(name))) return undefined;
  return {
    reason: 'wrong-database',
    severity: 'warning',
    finding: `${found}; the ${before.sameDatabases} before it were of ${before.databases.slice(0, 5).join(', ')}`,
    action: `${action} To have every dump held to one, name it in the plan: \`database: …\`.`,
  };
};
