import type { CheckReport } from '../../events/check-reported/v1.ts';

/** Something that was broken on purpose, and the reports that it accounts for. */
export type Fault = {
  name: string;
  /** The report that must say it. */
  isFoundBy: (report: CheckReport) => boolean;
  /** Further failures that follow from it. */
  explains: (report: CheckReport) => boolean;
};

const never = (): boolean => false;

const brokenObject = (name: string, key: string, reason: string): Fault => {
  const isFoundBy = (report: CheckReport): boolean =>
    report.check === 'backup-integrity' &&
    report.subject.id.endsWith(`/${key}`) &&
    report.reason === reason;
  return { name, isFoundBy, explains: isFoundBy };
};

type Planted = {
  truncatedKey: string;
  wrongPassphraseKey: string;
  missingSegment: string;
  keyWithoutCopy: string;
};

/** The five faults of the demo, each with what gives it away. */
export const plantedFaults = (planted: Planted): Fault[] => [
  brokenObject('a full dump is cut off in the upload', planted.truncatedKey, 'truncated'),
  brokenObject(
    'a full dump is encrypted with another passphrase',
    planted.wrongPassphraseKey,
    'wrong-key',
  ),
  {
    name: `WAL segment ${planted.missingSegment} never arrived`,
    isFoundBy: ({ check, summary }) =>
      check === 'wal-continuity' && summary.includes(planted.missingSegment),
    explains: never,
  },
  {
    name: 'the weekly schema backup stopped twelve days ago',
    isFoundBy: ({ check, subject, reason }) =>
      check === 'backup-freshness' && subject.id === 'schema' && reason === 'stale',
    // A week without a backup is a hole in what is retained, too.
    explains: ({ check, subject }) => check === 'backup-retention' && subject.id === 'schema',
  },
  {
    name: 'one full dump was not copied to the second bucket',
    isFoundBy: ({ check, subject, summary }) =>
      check === 'backup-copy' &&
      subject.id.startsWith('database-full@') &&
      summary.includes(planted.keyWithoutCopy),
    explains: never,
  },
];

/** What befell a webhook of the plan, and what gives it away. */
export const webhookFaults = (webhook: string): Record<'outage' | 'forgery', Fault> => ({
  outage: {
    name: 'the webhook endpoint was down, and its events became dead letters',
    isFoundBy: ({ check, subject }) => check === 'dead-letters-depth' && subject.id === webhook,
    explains: never,
  },
  forgery: {
    name: 'somebody sent a SubscriptionConfirmation that SNS had not signed',
    isFoundBy: ({ check, reason }) => check === 'webhook-confirmation' && reason === 'forged',
    // It lies among what was set aside.
    explains: ({ check, summary }) =>
      check === 'own-dead-letters' && summary.includes('-confirm-subscription-dead-letters'),
  },
});
