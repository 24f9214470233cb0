import { describe, expect, it } from 'vitest';
import type { Fetched } from '../../../../shared/sns-signature/certificate-client.ts';
import { createCertificateStore } from '../../../../shared/sns-signature/certificate-store.ts';
import { signingCertificate } from '../../../support/sns-signer.ts';

const HOST = 'sns.us-east-1.amazonaws.com';
const pem = signingCertificate();

/** A store over a scripted client, with the paths that were fetched and a clock of its own. */
const prepare = (...answers: Fetched[]) => {
  const fetched: string[] = [];
  let now = 0;
  const store = createCertificateStore(
    async (_, path) => {
      fetched.push(path);
      return answers.shift() ?? { result: 'fetched', pem };
    },
    () => new Date(now),
  );
  return {
    fetched,
    ask: async (path: string) => (await store(HOST, path)).result,
    wait: (minutes: number) => {
      now += minutes * 60_000;
    },
  };
};

describe('the certificate store', () => {
  it('fetches a certificate once an hour', async () => {
    const { ask, wait, fetched } = prepare();
    expect(await ask('/a')).toBe('held');
    wait(59);
    expect(await ask('/a')).toBe('held');
    expect(fetched).toHaveLength(1);
    wait(1);
    expect(await ask('/a')).toBe('held');
    expect(fetched).toHaveLength(2);
  });

  it('makes one request for all who ask at once', async () => {
    const { ask, fetched } = prepare();
    expect(await Promise.all([ask('/a'), ask('/a'), ask('/a')])).toEqual(['held', 'held', 'held']);
    expect(fetched).toEqual(['/a']);
  });

  it.each<[string, Fetched]>([
    ['unavailable', { result: 'unavailable', detail: 'no answer' }],
    ['refused', { result: 'refused', reason: 'certificate-not-served', detail: '403' }],
    ['refused', { result: 'fetched', pem: '<html>an error page</html>' }],
  ])('keeps no failure (%s)', async (result, answer) => {
    const { ask, fetched } = prepare(answer);
    expect(await ask('/a')).toBe(result);
    expect(await ask('/a')).toBe('held');
    expect(fetched).toHaveLength(2);
  });

  it('keeps 32 certificates, and not those that were fetched first', async () => {
    const { ask, fetched } = prepare();
    for (let index = 0; index < 40; index += 1) await ask(`/${index}`);
    fetched.length = 0;
    await ask('/39');
    await ask('/8');
    expect(fetched).toEqual([]);
    await ask('/7');
    expect(fetched).toEqual(['/7']);
  });
});
