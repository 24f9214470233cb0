import type { CheckReport } from '../../events/check-reported/v1.ts';
import type { ContentsFinding, ContentsInput } from './contents-finding.ts';
import { comparisonOf } from './decide-comparison.ts';
import { describeTables } from './decide-verdict.ts';
import { formatBytes } from './format-bytes.ts';
import { withReadAgain } from './read-again.ts';
import { shortName } from './short-name.ts';

export const CONTENTS_CHECK = 'backup-contents';

const DEFAULT_CONTROLS = ['SOC2:A1.3', 'ISO27001:A.8.13', 'HIPAA:164.308(a)(7)(ii)(A)'];
/** Names of the tables that a report lists are in the sentences; the rest is counted. */
const NAMES = 50;

type Parts = {
  input: ContentsInput;
  findings: readonly ContentsFinding[];
  series: string;
  bucket: string;
  versionId?: string;
  region: string;
  stage: string;
  now: Date;
  nextCheckBy: Date;
};

const describeComparison = (input: ContentsInput): string => {
  const { previous, beside } = input;
  if (beside !== undefined)
    return `it was compared with nothing: ${shortName(beside.key)}, the one before it, may be of something else: names here differ in more than a time, and were made side by side`;
  if (previous === undefined)
    return 'it is the first of its series, so there is nothing to compare it with';
  const before = shortName(previous.key);
  const comparison = comparisonOf(input);
  if (comparison === 'tables') return `compared with ${before} nothing is missing`;
  return comparison === 'size'
    ? `compared with ${before} by size alone it has not shrunk`
    : `it was compared with nothing: ${before}, the one before it, is of another database or was written in another way`;
};

const describeHealthy = (input: ContentsInput): string => {
  const { walk } = input;
  const { contents } = walk;
  const held =
    contents === undefined
      ? `holds ${formatBytes(walk.plainBytes)}`
      : `holds ${describeTables(contents)}`;
  return `${held}; ${describeComparison(input)}`;
};

/** Of one finding: its sentence. Of several: the worst, and how many more there are. */
const describe = (input: ContentsInput, findings: readonly ContentsFinding[]): string => {
  const [worst, ...others] = findings;
  if (worst === undefined) return describeHealthy(input);
  const more = others.map(({ reason }) => reason.replaceAll('-', ' ')).join(', ');
  return `${worst.finding}${more === '' ? '' : ` (also: ${more})`}`;
};

const observe = ({ walk, previous, lastModified }: ContentsInput) => ({
  lastModified: lastModified.toISOString(),
  format: walk.format,
  ...(walk.serverVersion && { serverVersion: walk.serverVersion }),
  ...(walk.dumpVersion && { dumpVersion: walk.dumpVersion }),
  ...(walk.contents && {
    databases: walk.contents.databases.slice(0, NAMES),
    ...(walk.contents.createdAt && { dumpedAt: walk.contents.createdAt }),
    objects: walk.contents.objects,
    extensions: walk.contents.extensions.slice(0, NAMES),
    roles: walk.contents.roles.slice(0, NAMES),
    largest: walk.contents.largest,
  }),
  ...(previous && {
    comparedWith: {
      key: previous.key,
      lastModified: previous.lastModified,
      ...(previous.contents && { tables: previous.contents.tables, rows: previous.contents.rows }),
    },
  }),
});

/**
 * The report over what a whole backup holds. Its subject is the series, so that one alert lasts as long as
 * a job goes on doing wrong, and the next good backup ends it.
 */
export const makeContentsReport = (parts: Parts): CheckReport => {
  const { input, findings, series, bucket, now } = parts;
  const { backup, key, walk } = input;
  const [worst] = findings;
  const { database, contains, restoreTo } = backup;
  const contents = walk.contents;
  const measured: [string, number | undefined, string][] = [
    ['plain-size', walk.plainBytes, 'bytes'],
    ['tables', contents?.tables, 'tables'],
    ['rows', contents?.rows, 'rows'],
    ['large-objects', contents?.largeObjects, 'objects'],
  ];
  return {
    check: CONTENTS_CHECK,
    subject: { kind: 'backup', id: `${backup.name}@${series}`, region: parts.region },
    promise: `backups.${backup.name}`,
    backup: backup.name,
    verdict: worst === undefined ? 'pass' : 'fail',
    reason: worst?.reason ?? 'as-expected',
    ...(worst && { severity: worst.severity }),
    summary: `${backup.name}: ${shortName(key)} ${describe(input, findings)}`.slice(0, 1024),
    expected: {
      ...(database && { database }),
      ...(contains && { contains }),
      ...(restoreTo && { restoreTo: { postgres: restoreTo.postgres } }),
      shrinkWarningPercent: backup.shrinkWarningPercent,
    },
    observed: JSON.parse(
      JSON.stringify({
        ...observe(input),
        comparison: comparisonOf(input),
        findings: findings.map(({ reason, severity, finding }) => ({ reason, severity, finding })),
      }),
    ),
    measurements: measured.flatMap(([name, value, unit]) =>
      value === undefined ? [] : [{ name, value, unit }],
    ),
    evidence: [
      {
        uri: `s3://${bucket}/${key}`,
        ...(parts.versionId && { versionId: parts.versionId }),
        sha256: walk.sha256,
      },
    ],
    action: worst === undefined ? '' : withReadAgain(worst.action, parts.stage, { bucket, key }),
    checkedAt: now.toISOString(),
    nextCheckBy: parts.nextCheckBy.toISOString(),
    controls: backup.controls.length > 0 ? backup.controls : DEFAULT_CONTROLS,
  };
};
