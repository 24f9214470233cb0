import type { Plan } from '../../shared/plan/plan.ts';
import type { BucketStore } from './bucket-store.ts';
import type { EbsStore } from './ebs-store.ts';
import type { Finding } from './finding.ts';
import type { ObjectStore } from './object-store.ts';
import type { RdsStore } from './rds-store.ts';
import type { PolicyRecord } from './seen-ledger.ts';

/** What one run looks with. */
export type Context = {
  plan: Plan;
  region: string;
  stage: string;
  now: Date;
  /** An object so young may still be announced by its own event. */
  settleSeconds: number;
  /** A person says that what vanished was meant to. */
  acceptDeleted: boolean;
  objects: ObjectStore;
  buckets: BucketStore;
  rds: RdsStore;
  ebs: EbsStore;
};

/** An object that `verify-backup` is to read. */
export type Announcement = { bucket: string; key: string; cause: 'unannounced' | 'reread' };

/** What looking at one policy came to. */
export type PolicyResult = {
  findings: Finding[];
  announcements: Announcement[];
  /** What to remember once the announcements are sent; absent where nothing was learned. */
  next?: PolicyRecord;
};

const invoke = (stage: string, payload: object): string =>
  `npx sls invoke -f check-backups --stage ${stage} -d '${JSON.stringify(payload)}'`;

/** How a person has one backup looked at again. */
export const lookAgain = ({ stage }: Pick<Context, 'stage'>, backup: string): string =>
  invoke(stage, { backup });

/** How a person says that what vanished was meant to. */
export const acceptDeleted = ({ stage }: Pick<Context, 'stage'>, backup: string): string =>
  invoke(stage, { backup, acceptDeleted: true });
