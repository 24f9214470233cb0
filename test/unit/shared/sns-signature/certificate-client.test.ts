import type { RequestListener } from 'node:http';
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  type CertificateClient,
  createCertificateClient,
} from '../../../../shared/sns-signature/certificate-client.ts';
import { startCertificateHost } from '../../../support/sns-signer.ts';

const HOST = 'sns.us-east-1.amazonaws.com';

describe('the certificate client', () => {
  let stop = async () => {};
  afterEach(async () => {
    await stop();
    vi.unstubAllEnvs();
  });

  const serve = async (
    listener: RequestListener,
    wish: Parameters<typeof startCertificateHost>[1] = {},
    timeoutMs?: number,
  ): Promise<CertificateClient> => {
    const host = await startCertificateHost(listener, wish);
    stop = host.stop;
    return createCertificateClient(host.dial, timeoutMs);
  };

  it('fetches what a trusted host serves, and asks for it by name and path', async () => {
    const asked: unknown[] = [];
    const fetchIt = await serve(({ method, url, headers }, answer) => {
      asked.push([method, url, headers.host?.split(':')[0]]);
      answer.end('a certificate');
    });
    expect(await fetchIt(HOST, '/a.pem')).toEqual({ result: 'fetched', pem: 'a certificate' });
    expect(asked).toEqual([['GET', '/a.pem', HOST]]);
  });

  it.each([301, 302, 307, 403, 404, 204, 206])('takes nothing with status %d', async (status) => {
    let asked = 0;
    const fetchIt = await serve((_, answer) => {
      asked += 1;
      answer.writeHead(status, { location: 'https://127.0.0.1/elsewhere.pem' });
      answer.end('a certificate');
    });
    const reason = 'certificate-not-served';
    expect(await fetchIt(HOST, '/a.pem')).toMatchObject({ result: 'refused', reason });
    expect(asked).toBe(1);
  });

  it.each([429, 500, 503])('can be asked again after status %d', async (status) => {
    const fetchIt = await serve((_, answer) => {
      answer.writeHead(status).end('a certificate');
    });
    const detail = `the host answered ${status}`;
    expect(await fetchIt(HOST, '/a.pem')).toEqual({ result: 'unavailable', detail });
  });

  it('reads no more than 32 KB', async () => {
    const fetchIt = await serve((_, answer) => {
      answer.write(Buffer.alloc(20_000));
      answer.write(Buffer.alloc(20_000));
    });
    const reason = 'certificate-too-large';
    expect(await fetchIt(HOST, '/a.pem')).toMatchObject({ result: 'refused', reason });
  });

  it('knows nothing of an answer that breaks off', async () => {
    const fetchIt = await serve((_, answer) => {
      answer.writeHead(200, { 'content-length': 100 });
      answer.write('half');
      setImmediate(() => answer.destroy());
    });
    expect(await fetchIt(HOST, '/a.pem')).toMatchObject({ result: 'unavailable' });
  });

  it.each<[string, RequestListener]>([
    ['does not answer', () => {}],
    ['answers a byte now and then', (_, answer) => void answer.write('-')],
  ])('waits no longer than it is told for a host that %s', async (_, listener) => {
    const fetchIt = await serve(listener, {}, 60);
    expect(await fetchIt(HOST, '/a.pem')).toMatchObject({ result: 'unavailable' });
  });

  const day = 86_400_000;
  it.each([
    ['ERR_TLS_CERT_ALTNAME_INVALID', { hosts: ['sns.us-west-2.amazonaws.com'] }],
    ['ERR_TLS_CERT_ALTNAME_INVALID', { hosts: ['evil.example.com'] }],
    [
      'CERT_HAS_EXPIRED',
      { validFrom: new Date(Date.now() - 2 * day), validTo: new Date(Date.now() - day) },
    ],
  ])('trusts no host with %s', async (code, wish) => {
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
    const fetchIt = await serve((_, answer) => void answer.end('a certificate'), wish);
    const detail = `no trusted connection (${code})`;
    expect(await fetchIt(HOST, '/a.pem')).toEqual({ result: 'unavailable', detail });
  });

  it('trusts no host that nobody known vouches for, whatever the environment says', async () => {
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
    const host = await startCertificateHost((_, answer) => void answer.end('a certificate'));
    stop = host.stop;
    const { port, lookup } = host.dial;
    const fetchIt = createCertificateClient({ port, lookup });
    expect(await fetchIt(HOST, '/a.pem')).toMatchObject({
      result: 'unavailable',
      detail: expect.stringContaining('no trusted connection'),
    });
  });
});
