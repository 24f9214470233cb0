import { generateKeyPairSync } from 'node:crypto';
import { chown, stat, writeFile } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createReceiverClient } from '../../functions/check-dead-letters/receiver-client.ts';
import { anyFreePort } from '../../local/free-port.ts';
import { type LocalPostgres, startPostgres } from '../../local/postgres.ts';
import { SecretUnavailableError } from '../../shared/secrets/secret-reader.ts';
import { writeCertificate } from '../support/write-certificate.ts';

const TWICE = 'SELECT id, count(*) FROM events GROUP BY id HAVING count(*) > 1 ORDER BY id';
const LIMITS = { connectMs: 400, statementMs: 400, deadlineMs: 1_500 };
const PASSWORD = 'hunter2-hunter2';

describe('the database of a receiver', () => {
  let postgres: LocalPostgres;
  let url = '';
  const ask = (query: string, secret = url) =>
    createReceiverClient(
      async () => secret,
      LIMITS,
    )({
      database: { from: 'ssm', name: '/receiver' },
      query,
      severity: 'warning',
    });
  const failure = async (query: string, secret = url) => {
    const answer = await ask(query, secret);
    expect(JSON.stringify(answer)).not.toContain(PASSWORD);
    if ('rows' in answer) throw new Error('an answer was not expected');
    return answer.failure;
  };
  const hold = (...ids: (string | null)[]) =>
    postgres.query('INSERT INTO events SELECT unnest($1::text[])', [ids]);

  beforeAll(async () => {
    postgres = await startPostgres();
    await postgres.query('CREATE TABLE events (id text)');
    await postgres.query(`CREATE ROLE receiver LOGIN PASSWORD '${PASSWORD}'`);
    await postgres.query('GRANT SELECT, INSERT, DELETE ON events TO receiver');
    url = `postgres://receiver:${PASSWORD}@127.0.0.1:${postgres.port}/postgres`;
  });
  beforeEach(() => postgres.query('TRUNCATE events'));
  afterAll(async () => {
    // Whatever was asked, nothing is left behind.
    const left = await postgres.query(
      "SELECT state FROM pg_stat_activity WHERE usename = 'receiver' AND state <> 'active'",
    );
    await postgres.stop();
    expect(left).toEqual([]);
  });

  it('tells what is there twice, and how often', async () => {
    await hold('a', 'b', 'a', 'c', 'b', 'a');
    expect(await ask(TWICE)).toEqual({
      rows: [
        ['a', '3'],
        ['b', '2'],
      ],
    });
    expect(await ask(`WITH x AS (${TWICE}) SELECT id FROM x -- once more`)).toEqual({
      rows: [['a'], ['b']],
    });
  });

  it('tells where nothing is', async () => {
    await hold('a', 'b');
    expect(await ask(TWICE)).toEqual({ rows: [] });
  });

  it('is read as far as a hundred rows, each cut in the server', async () => {
    const many = await ask("SELECT repeat('x', 1000000) || n FROM generate_series(1, 5000) n");
    if ('failure' in many) throw new Error(many.failure.detail);
    expect(many.rows).toHaveLength(100);
    expect(many.rows[0]).toEqual(['x'.repeat(200)]);
  });

  it('sees who asks, and that nothing can be written', async () => {
    const query =
      "SELECT current_setting('application_name'), current_setting('transaction_read_only')";
    expect(await ask(query)).toEqual({ rows: [['lifeboat', 'on']] });
  });

  it.each([
    ['SELECT id FROM events FOR UPDATE', 'writes', '25006'],
    [
      'WITH gone AS (DELETE FROM events RETURNING id) SELECT id FROM gone',
      'query-refused',
      '0A000',
    ],
    ['SELECT id FROM events; DELETE FROM events', 'query-refused', '42601'],
    ['SELECT 1) AS found (id); COMMIT; DELETE FROM events; --', 'query-refused', '42601'],
    ['SELECT id INTO kept FROM events', 'query-refused', ''],
    ["SELECT set_config('transaction_read_only', 'off', false)", 'query-refused', '25001'],
    ['SELECT id FROM evnts', 'query-refused', 'relation "evnts" does not exist'],
    ['SELECT rolpassword FROM pg_authid', 'access-denied', '42501'],
    ['SELECT id::int FROM events', 'query-refused', 'PostgreSQL says 22P02'],
    ['SELECT 1, 2, 3', 'query-unfit', '3 columns'],
    ['SELECT FROM events', 'query-unfit', '0 columns'],
    ['SELECT pg_sleep(20)', 'timed-out', '57014'],
  ])('refuses %s', async (query, reason, detail) => {
    await hold('a', 'secret in a row');
    const refused = await failure(query);
    expect(refused).toMatchObject({ reason, detail: expect.stringContaining(detail) });
    expect(refused.detail).not.toContain('secret in a row');
    expect(await postgres.query('SELECT id FROM events')).toHaveLength(2);
  });

  it('lets no function write either', async () => {
    await postgres.query(`CREATE FUNCTION write() RETURNS text LANGUAGE sql AS
      $$ INSERT INTO events VALUES ('x') RETURNING id $$`);
    expect(await failure('SELECT write()')).toMatchObject({ reason: 'writes' });
    expect(await postgres.query('SELECT id FROM events')).toEqual([]);
  });

  it('refuses a wrong password, a user and a database that it does not know', async () => {
    const wrong = { reason: 'access-denied' };
    expect(await failure(TWICE, url.replace(PASSWORD, 'wrong-password'))).toMatchObject(wrong);
    expect(await failure(TWICE, url.replace('receiver', 'somebody'))).toMatchObject(wrong);
    const elsewhere = await failure(TWICE, url.replace(/postgres$/, 'other'));
    expect(elsewhere).toEqual({ reason: 'access-denied', detail: 'PostgreSQL says 3D000' });
  });

  it('is spoken to over TLS where the URL says so, and where it names no mode', async () => {
    const [required, verified] = ['require', 'verify-full'].map((mode) => `${url}?sslmode=${mode}`);
    expect(await failure(TWICE, required)).toEqual({
      reason: 'no-connection',
      detail: 'the server takes no TLS',
    });
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const certificate = writeCertificate({
      subject: 'db',
      publicKey,
      issuer: { subject: 'db', privateKey },
      validFrom: new Date(Date.now() - 60_000),
      validTo: new Date(Date.now() + 3_600_000),
      hosts: ['localhost'],
    });
    const { uid, gid } = await stat(postgres.archiveDir);
    for (const [name, text] of [
      ['cert', certificate],
      ['key', privateKey.export({ format: 'pem', type: 'pkcs8' })],
    ] as const) {
      const file = join(postgres.archiveDir, name);
      await writeFile(file, text, { mode: 0o600 });
      await chown(file, uid, gid);
      await postgres.query(`ALTER SYSTEM SET ssl_${name}_file = '${file}'`);
    }
    await postgres.query('ALTER SYSTEM SET ssl = on');
    await postgres.query('SELECT pg_reload_conf()');
    const overTls = 'SELECT version FROM pg_stat_ssl WHERE pid = pg_backend_pid()';
    await expect
      .poll(() => ask(overTls, required))
      .toEqual({ rows: [[expect.stringMatching(/^TLS/)]] });
    expect(await failure(overTls, verified)).toMatchObject({ reason: 'not-trusted' });
  });
});

const LOGGED_IN = Buffer.from('520000000800000000' + '5a0000000549', 'hex');

describe('a database that is not there', () => {
  const secretFor = (port: number): string => `postgres://u:${PASSWORD}@127.0.0.1:${port}/d`;
  const ask = async (readSecret: () => Promise<string>) => {
    const started = performance.now();
    const answer = await createReceiverClient(readSecret, { ...LIMITS, deadlineMs: 800 })({
      database: { from: 'ssm', name: '/receiver' },
      query: TWICE,
      severity: 'warning',
    });
    expect(performance.now() - started).toBeLessThan(2_000);
    expect(JSON.stringify(answer)).not.toContain(PASSWORD);
    return answer;
  };
  const serve = async (onConnection: (socket: Socket) => void) => {
    const sockets: Socket[] = [];
    const server: Server = createServer((socket) => {
      sockets.push(socket.on('error', () => {}));
      onConnection(socket);
    });
    const port = await anyFreePort();
    await new Promise<void>((listening) => server.listen(port, '127.0.0.1', listening));
    const close = () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    };
    return { port, close };
  };

  it('is no connection where nobody listens', async () => {
    const secret = secretFor(await anyFreePort());
    expect(await ask(async () => secret)).toEqual({
      failure: { reason: 'no-connection', detail: 'the server was not reached: ECONNREFUSED' },
    });
  });

  it.each([
    ['accepts and is silent', () => {}, 'no-connection'],
    ['hangs up', (socket: Socket) => socket.destroy(), 'no-connection'],
    [
      'speaks HTTP',
      (socket: Socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'),
      'no-connection',
    ],
    // AuthenticationOk, ReadyForQuery, and never an answer.
    ['logs in and is silent', (socket: Socket) => socket.write(LOGGED_IN), 'timed-out'],
    // And one DataRow, of 2 GB.
    [
      'logs in and sends without end',
      (socket: Socket) => {
        const flood = Buffer.alloc(1 << 20);
        const pump = () => {
          while (socket.writable && socket.write(flood));
        };
        socket.write(LOGGED_IN);
        socket.once('data', () => {
          socket.on('drain', pump).write(Buffer.from('447fffffff', 'hex'));
          pump();
        });
      },
      'unexpected-error',
    ],
  ])('is given up where it %s', async (_, onConnection, reason) => {
    const { port, close } = await serve(onConnection);
    const answer = await ask(async () => secretFor(port));
    close();
    expect(answer).toMatchObject({ failure: { reason } });
  });

  it.each([
    ['no secret', 'secret-unreadable'],
    ['https://u:hunter2-hunter2@db/d', 'secret-unfit'],
    ['postgres://u:hunter2-hunter2@db/d?sslmode=prefer', 'secret-unfit'],
  ])('is not looked for with %s', async (secret, reason) => {
    const read = async () => {
      if (secret !== 'no secret') return secret;
      throw new SecretUnavailableError({ from: 'ssm', name: '/receiver' }, new Error('planted'));
    };
    expect(await ask(read)).toMatchObject({ failure: { reason } });
  });
});
