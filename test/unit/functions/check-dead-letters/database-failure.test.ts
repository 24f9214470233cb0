import { describe, expect, it } from 'vitest';
import { describeDatabaseFailure } from '../../../../functions/check-dead-letters/database-failure.ts';

const refusal = (code: string, message = 'row holds hunter2') => ({
  severity: 'FATAL',
  code,
  message,
});
const socket = (code: string) => Object.assign(new Error('connect db.internal'), { code });

describe('describeDatabaseFailure', () => {
  it.each([
    [refusal('28P01'), 'access-denied'],
    [refusal('28000'), 'access-denied'],
    [refusal('3D000'), 'access-denied'],
    [refusal('42501', ''), 'access-denied'],
    [refusal('53300'), 'no-connection'],
    [refusal('08P01'), 'no-connection'],
    [refusal('57P01'), 'no-connection'],
    [refusal('57014'), 'timed-out'],
    [refusal('55P03'), 'timed-out'],
    [refusal('25006', ''), 'writes'],
    [refusal('22P02'), 'query-refused'],
    [socket('ECONNREFUSED'), 'no-connection'],
    [socket('EPIPE'), 'no-connection'],
    [socket('EAI_AGAIN'), 'no-connection'],
    [socket('ERR_TLS_CERT_ALTNAME_INVALID'), 'not-trusted'],
    [socket('DEPTH_ZERO_SELF_SIGNED_CERT'), 'not-trusted'],
    [socket('UNABLE_TO_VERIFY_LEAF_SIGNATURE'), 'not-trusted'],
    [new Error('timeout expired'), 'no-connection'],
    [new Error('SASL: SCRAM-SERVER-FIRST-MESSAGE: hunter2'), 'access-denied'],
    [new Error('hunter2'), 'unexpected-error'],
    [undefined, 'unexpected-error'],
    ['hunter2', 'unexpected-error'],
  ])('%j', (error, reason) => {
    const described = describeDatabaseFailure(error);
    expect(described.reason).toBe(reason);
    expect(described.detail).not.toMatch(/hunter2|db\.internal/);
  });

  it('repeats what is said about the query, on one line and short', () => {
    const { detail } = describeDatabaseFailure(refusal('42P01', `relation\n"${'x'.repeat(999)}"`));
    expect(detail).toMatch(/^PostgreSQL says 42P01: relation "x+…$/);
    expect(detail.length).toBeLessThan(350);
  });
});
