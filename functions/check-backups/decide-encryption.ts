import type { Severity } from '../../shared/plan/plan.ts';
import type { Outcome } from './outcome.ts';

export type EncryptionInput = {
  name: string;
  /** True: any server-side encryption. */
  demanded: true | 'AES256' | 'aws:kms';
  uri: string;
  /** As S3 says it: `AES256`, `aws:kms`, `aws:kms:dsse`; absent where there is none. */
  algorithm?: string;
  severity: Severity;
};

const meets = (demanded: EncryptionInput['demanded'], algorithm: string): boolean =>
  demanded === true ||
  algorithm === demanded ||
  // Two layers of KMS encryption are KMS encryption.
  (demanded === 'aws:kms' && algorithm === 'aws:kms:dsse');

/** Judges S3's server-side encryption of the newest backup. What the bytes themselves are is another check's. */
export const decideEncryption = (input: EncryptionInput): Outcome => {
  const { name, demanded, uri, algorithm, severity } = input;
  const wanted = demanded === true ? 'any server-side encryption' : demanded;
  const said = {
    expected: { encryption: wanted },
    observed: { encryption: algorithm ?? 'none', newest: uri },
    evidence: [{ uri }],
  };
  const action = `Set the bucket's default encryption${demanded === true ? '' : ` to ${demanded}`}, or upload with --sse, and write the object again.`;
  if (algorithm === undefined) {
    const summary = `${name}: the newest backup is not encrypted at rest: ${uri}`;
    return { ...said, verdict: 'fail', severity, reason: 'not-encrypted', summary, action };
  }
  if (!meets(demanded, algorithm)) {
    const summary = `${name}: the newest backup is encrypted with ${algorithm}, the plan demands ${wanted}: ${uri}`;
    return { ...said, verdict: 'fail', severity, reason: 'wrong-algorithm', summary, action };
  }
  return {
    ...said,
    verdict: 'pass',
    reason: 'encrypted',
    summary: `${name}: the newest backup is encrypted at rest (${algorithm})`,
  };
};

/** Judges the storage class of the newest backup. One that costs more, or is slower, is no emergency. */
export const decideStorageClass = (
  name: string,
  demanded: string,
  { uri, storageClass }: { uri: string; storageClass: string },
): Outcome => {
  const said = {
    expected: { storageClass: demanded },
    observed: { storageClass, newest: uri },
    evidence: [{ uri }],
  };
  if (storageClass === demanded) {
    const summary = `${name}: the newest backup is stored as ${storageClass}`;
    return { ...said, verdict: 'pass', reason: 'as-planned', summary };
  }
  return {
    ...said,
    verdict: 'fail',
    severity: 'warning',
    reason: 'wrong-storage-class',
    summary: `${name}: the newest backup is stored as ${storageClass}, the plan says ${demanded}: ${uri}`,
    action: `Upload with --storage-class ${demanded}, or correct the plan.`,
  };
};
