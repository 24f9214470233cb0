import type { ConnectionOptions } from 'node:tls';

/** What it takes to connect, as `pg` calls it. */
export type DatabaseAddress = {
  host: string;
  port: number;
  user: string;
  password: string;
  database: string;
  ssl: false | ConnectionOptions;
  options?: string;
  enableChannelBinding: boolean;
};

type Reading = DatabaseAddress | { problem: string };

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]']);
const PARAMETERS = new Set([
  ...['sslmode', 'options', 'channel_binding', 'application_name', 'connect_timeout'],
]);

/**
 * What `sslmode` means to libpq. `prefer` and `allow` are not there: they go on without TLS where somebody
 * in between wants it so. Source: PostgreSQL, "SSL Mode Descriptions".
 */
const SSL_MODES = new Map<string, false | ConnectionOptions>([
  ['disable', false],
  ['require', { rejectUnauthorized: false }],
  ['verify-ca', { checkServerIdentity: () => undefined }],
  ['verify-full', {}],
]);

/** One host, and no folder of a socket. */
const HOST = /^(\[[\da-f:.]+\]|[\w.-]+)$/i;

const decode = (text: string): string | undefined => {
  try {
    const decoded = decodeURIComponent(text);
    // A zero byte would end a field of the first message to the server.
    return decoded === '' || decoded.includes('\0') ? undefined : decoded;
  } catch {
    return undefined;
  }
};

/** The parts before the `?`. */
const placeOf = (url: URL) => {
  const [user, password, database] = [url.username, url.password, url.pathname.slice(1)].map(
    decode,
  );
  if (!HOST.test(url.hostname) || user === undefined || password === undefined) return undefined;
  return database === undefined
    ? undefined
    : {
        host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
        port: Number(url.port || '5432'),
        ...{ user, password, database },
      };
};

/**
 * Reads `postgres://user:password@host:port/database?sslmode=…`. Without `sslmode` it is `verify-full`, and
 * on this machine itself `disable`. A problem is told without any part of the URL.
 */
export const readDatabaseUrl = (text: string): Reading => {
  const url = URL.parse(text.trim());
  if (url === null || !/^postgres(ql)?:$/.test(url.protocol) || url.hash !== '') {
    return { problem: 'it is no postgres:// URL; are special characters percent-encoded?' };
  }
  const place = placeOf(url);
  if (place === undefined) {
    return { problem: 'it must have a user, a password, one host and a database in it' };
  }
  if ([...url.searchParams.keys()].some((name) => !PARAMETERS.has(name))) {
    return { problem: `of parameters it may have ${[...PARAMETERS].join(', ')}` };
  }
  const mode = url.searchParams.get('sslmode');
  const ssl = SSL_MODES.get(mode ?? (LOOPBACK.has(url.hostname) ? 'disable' : 'verify-full'));
  if (ssl === undefined) {
    return { problem: `its sslmode must be one of ${[...SSL_MODES.keys()].join(', ')}` };
  }
  const options = url.searchParams.get('options');
  const enableChannelBinding = url.searchParams.get('channel_binding') === 'require';
  return { ...place, ssl, enableChannelBinding, ...(options === null ? {} : { options }) };
};
