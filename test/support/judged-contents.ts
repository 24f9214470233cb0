import type { ContentsInput } from '../../functions/verify-backup/contents-finding.ts';
import { decideContents } from '../../functions/verify-backup/decide-contents.ts';
import type { StoredBackup } from '../../shared/plan/plan.ts';
import type { DumpContents } from '../../shared/postgres-archive/dump-contents.ts';
import { storedBackup } from './backup-policies.ts';
import { contentsInput, dumpOf, type Tables } from './dump-contents.ts';

export const reasons = (input: ContentsInput): string[] =>
  decideContents(input).map(({ reason }) => reason);

/** What is found on a dump, behind those before it. */
export const judge = (
  dump: DumpContents | undefined,
  before: DumpContents[] = [],
  backup: Partial<StoredBackup> = {},
  changes: Partial<ContentsInput> = {},
) => decideContents(contentsInput(dump, before, { backup: storedBackup(backup), ...changes }));

export const day = (number: number) => ({
  createdAt: `2026-11-${String(number).padStart(2, '0')}T02:00:00`,
});
export const shop = dumpOf({ 'public.users': 1_000, 'public.orders': 5_000 }, day(20));
/** The dump of the day after. */
export const next = (tables: Tables, said = {}) => dumpOf(tables, { ...day(21), ...said });
