import type { CheckReport } from '../../events/check-reported/v1.ts';
import type { StoredBackup } from '../../shared/plan/plan.ts';
import type { Judgement, Reading } from './decide-verdict.ts';
import { measureBaseBackup, observeBaseBackup } from './describe-base-backup.ts';
import type { StoredObject } from './object-client.ts';
import type { Target } from './parse-targets.ts';
import { withReadAgain } from './read-again.ts';
import { shortName } from './short-name.ts';
import { isFolder, ROOT, type StoredFolder } from './stored-folder.ts';
import type { Walk } from './walk-backup.ts';

export const CHECK = 'backup-integrity';

const DEFAULT_CONTROLS = ['SOC2:A1.3', 'ISO27001:A.8.13', 'HIPAA:164.308(a)(7)(ii)(A)'];

type Parts = {
  target: Pick<Target, 'bucket' | 'key'>;
  backup: StoredBackup;
  judgement: Judgement;
  region: string;
  stage: string;
  now: Date;
  nextCheckBy: Date;
  object?: StoredObject | StoredFolder;
  reading?: Reading;
  tookMs?: number;
};

const layerNames = (backup: StoredBackup): string[] | undefined =>
  backup.encoding?.map((layer) =>
    layer.name === 'openssl' ? `openssl ${layer.cipher}` : layer.name,
  );

const finite = (value: number): number | undefined =>
  Number.isFinite(value) ? Math.round(value) : undefined;

const estimateOf = (reading: Reading | undefined) =>
  reading?.ended === 'not-seen' ? reading.estimate : undefined;

/** Of the object as it is stored. */
const readingSpeed = ({
  reading,
  tookMs,
}: Pick<Parts, 'reading' | 'tookMs'>): number | undefined => {
  if (reading?.ended === 'walked' && tookMs) return finite((reading.walk.bytes * 1000) / tookMs);
  const estimate = estimateOf(reading);
  return estimate && finite(estimate.bytesPerSecond);
};

const measurements = ({ object, reading, tookMs }: Parts): CheckReport['measurements'] => {
  const walk = reading?.ended === 'walked' ? reading.walk : undefined;
  const estimate = estimateOf(reading);
  const all: [string, number | undefined, string][] = [
    ['size', object?.size, 'bytes'],
    ['plain-size', walk?.plainBytes, 'bytes'],
    ['reading-time', walk && tookMs, 'milliseconds'],
    ['reading-speed', readingSpeed({ reading, tookMs }), 'bytes per second'],
    ['bytes-read', estimate?.bytesRead, 'bytes'],
    ['needed-time', estimate && finite(estimate.neededSeconds), 'seconds'],
    ['tables', walk?.contents?.tables, 'tables'],
    ['rows', walk?.contents?.rows, 'rows'],
    ['large-objects', walk?.contents?.largeObjects, 'objects'],
    ...measureBaseBackup(walk?.baseBackup),
  ];
  return all.flatMap(([name, value, unit]) => (value === undefined ? [] : [{ name, value, unit }]));
};

const observeContents = ({ contents }: Walk): Record<string, unknown> =>
  contents === undefined
    ? {}
    : {
        databases: contents.databases.slice(0, 50),
        ...(contents.createdAt && { dumpedAt: contents.createdAt }),
        ...(contents.archiveVersion && { archiveVersion: contents.archiveVersion }),
        ...(contents.compression && { compression: contents.compression }),
        tables: contents.tables,
        largestTables: contents.largest,
      };

/** What to do about it, and how a person has it read at once, once that is done. */
const actionOf = ({ judgement, target, stage }: Parts): string => {
  const { verdict, reason, action } = judgement;
  return verdict === 'pass' || reason === 'not-found'
    ? action
    : withReadAgain(action, stage, target);
};

/** The report over one object. Its subject is the key, so a later version of it speaks for the same thing. */
export const makeReport = (parts: Parts): CheckReport => {
  const { target, backup, judgement, object, reading, now } = parts;
  const { verdict, reason, severity, finding } = judgement;
  const uri = `s3://${target.bucket}/${target.key === ROOT ? '' : target.key}`;
  const walk = reading?.ended === 'walked' ? reading.walk : undefined;
  const members = object !== undefined && 'members' in object ? object.members : undefined;
  const name = shortName(target.key);
  return {
    check: CHECK,
    subject: { kind: isFolder(target.key) ? 'folder' : 'object', id: uri, region: parts.region },
    promise: `backups.${backup.name}`,
    backup: backup.name,
    verdict,
    reason,
    ...(severity === undefined ? {} : { severity }),
    summary: `${backup.name}: ${name} ${finding}`.slice(0, 1024),
    expected: { kind: backup.kind, ...(backup.encoding && { encoding: layerNames(backup) ?? [] }) },
    observed: {
      ...(object && {
        storageClass: object.storageClass,
        serverSideEncryption: object.serverSideEncryption ?? 'none',
        lastModified: object.lastModified.toISOString(),
        ...(members === undefined && { versionId: object.versionId ?? 'null' }),
      }),
      ...(members !== undefined && { files: members.length }),
      ...(walk && { format: walk.format, layers: walk.layers }),
      ...(walk?.serverVersion && { serverVersion: walk.serverVersion }),
      ...(walk?.dumpVersion && { dumpVersion: walk.dumpVersion }),
      ...(walk && observeContents(walk)),
      ...(walk?.baseBackup && observeBaseBackup(walk.baseBackup)),
      ...(reading?.ended === 'damaged' && { detail: reading.detail }),
    },
    measurements: measurements(parts),
    evidence: [
      {
        uri,
        ...(object?.versionId && { versionId: object.versionId }),
        ...(walk && { sha256: walk.sha256 }),
      },
    ],
    action: actionOf(parts),
    checkedAt: now.toISOString(),
    nextCheckBy: parts.nextCheckBy.toISOString(),
    controls: backup.controls.length > 0 ? backup.controls : DEFAULT_CONTROLS,
  };
};
