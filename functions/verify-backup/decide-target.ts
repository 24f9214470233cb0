import type { RestoreTarget } from '../../shared/plan/plan.ts';
import type { ContentsDecision } from './contents-finding.ts';

/** The oldest pg_restore that reads a version of the archive. Source: pg_backup_archiver.h, K_VERS_*. */
const READERS: Record<string, number> = { '1.14': 12, '1.15': 16, '1.16': 17 };

/** `15.18 (Debian …)` is 15; `9.6.24` is 9, and nothing older than the target is accused. */
const major = (version: string | undefined): number | undefined => {
  const [digits] = /^\d+/.exec(version ?? '') ?? [];
  return digits === undefined ? undefined : Number(digits);
};

const MORE = 'or restore with newer programs into a newer server, and say so in the plan';

/**
 * Pure. A dump is made for a server as new as its own, or newer. pg_restore refuses an archive of a newer
 * version outright; a plain dump of 17 sets transaction_timeout, which older servers do not know.
 */
export const decideTarget: ContentsDecision = ({ backup, walk }) => {
  const target = backup.restoreTo?.postgres;
  if (target === undefined) return undefined;
  const { archiveVersion } = walk.contents ?? {};
  const reader = archiveVersion === undefined ? undefined : READERS[archiveVersion];
  if (reader !== undefined && reader > target) {
    return {
      reason: 'target-too-old',
      severity: backup.severity,
      finding: `cannot be read by the pg_restore of PostgreSQL ${target}, which the plan restores to: its archive ${archiveVersion} needs that of ${reader}`,
      action: `Dump with the pg_dump of PostgreSQL ${target}, ${MORE}.`,
    };
  }
  const [server, dumper] = [major(walk.serverVersion), major(walk.dumpVersion)];
  const newest = Math.max(server ?? 0, dumper ?? 0);
  if (newest <= target) return undefined;
  const made =
    server === newest
      ? `comes from PostgreSQL ${walk.serverVersion}`
      : `was made by pg_dump ${walk.dumpVersion}`;
  return {
    reason: 'target-too-old',
    severity: 'warning',
    finding: `${made}; that it restores into PostgreSQL ${target}, which the plan restores to, nobody promises`,
    action: `Prove it by a restore into PostgreSQL ${target}. Else dump with its own pg_dump, ${MORE}.`,
  };
};

/** What every server has: its own roles, all of which begin with `pg_`, and its own language. */
const isEverywhere = {
  extensions: (name: string): boolean => name === 'plpgsql',
  roles: (name: string): boolean => name.startsWith('pg_'),
};

const listed = (names: readonly string[]): string =>
  names.slice(0, 10).join(', ') + (names.length > 10 ? ` and ${names.length - 10} more` : '');

const needs = (
  reason: 'extension-missing' | 'role-missing',
  what: string,
  pick: (target: RestoreTarget) => readonly string[] | undefined,
): ContentsDecision => {
  const field = reason === 'extension-missing' ? 'extensions' : 'roles';
  return ({ backup, walk }) => {
    const known = backup.restoreTo && pick(backup.restoreTo);
    if (known === undefined || walk.contents === undefined) return undefined;
    // It creates its roles itself.
    if (field === 'roles' && walk.format === 'pg-dumpall plain') return undefined;
    const lacking = walk.contents[field].filter(
      (name) => !known.includes(name) && !isEverywhere[field](name),
    );
    if (lacking.length === 0) return undefined;
    return {
      reason,
      severity: 'warning',
      finding: `needs ${what} that the plan's target does not have: ${listed(lacking)}`,
      action: `Provide them where it is to be restored, then name them in the plan: \`restore-to: { ${field}: […] }\`.`,
    };
  };
};

/** Pure. `CREATE EXTENSION` fails where its files are not installed, and with it all that needs it. */
export const decideExtensions = needs('extension-missing', 'extensions', (to) => to.extensions);

/** Pure. `ALTER … OWNER TO` fails for a role that does not exist. A cluster's dump creates them. */
export const decideRoles = needs('role-missing', 'roles', (to) => to.roles);
