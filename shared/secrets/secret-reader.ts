import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { GetParameterCommand, type SSMClient } from '@aws-sdk/client-ssm';
import { describeAwsFailure, type FailureReason } from '../aws-failure/describe-aws-failure.ts';
import { describeSecret, type SecretReference } from '../plan/secret-reference.ts';

/** A secret could not be read. The message names its place, never its value. */
export class SecretUnavailableError extends Error {
  readonly reason: FailureReason;
  constructor(secret: SecretReference, cause: unknown) {
    const { reason, message } = describeAwsFailure(cause);
    super(`${describeSecret(secret)} could not be read (${reason}: ${message})`, { cause });
    this.name = 'SecretUnavailableError';
    this.reason = reason;
  }
}

export type SecretReader = (secret: SecretReference) => Promise<string>;

/** A rotated secret is seen after this time, in milliseconds. */
const KEEP_MS = 300_000;

/**
 * Reads secrets from where the plan says they are kept; each is kept in memory for five minutes.
 *
 * @throws {SecretUnavailableError} also where the secret is there but empty.
 */
export const createSecretReader = (
  clients: { ssm: SSMClient; secretsManager: SecretsManagerClient },
  now: () => number = Date.now,
): SecretReader => {
  const kept = new Map<string, { value: string; until: number }>();
  const fetchSecret = async (secret: Exclude<SecretReference, { from: 'literal' }>) => {
    if (secret.from === 'ssm') {
      const command = new GetParameterCommand({ Name: secret.name, WithDecryption: true });
      return (await clients.ssm.send(command)).Parameter?.Value;
    }
    const command = new GetSecretValueCommand({ SecretId: secret.name });
    return (await clients.secretsManager.send(command)).SecretString;
  };
  return async (secret) => {
    if (secret.from === 'literal') return secret.value;
    const name = describeSecret(secret);
    const known = kept.get(name);
    if (known !== undefined && known.until > now()) return known.value;
    try {
      const value = await fetchSecret(secret);
      if (value === undefined || value === '') throw new Error('it is empty');
      kept.set(name, { value, until: now() + KEEP_MS });
      return value;
    } catch (error) {
      throw new SecretUnavailableError(secret, error);
    }
  };
};
