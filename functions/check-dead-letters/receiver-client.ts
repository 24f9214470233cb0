import { Socket } from 'node:net';
import type { Client } from 'pg';
import type { DuplicatePolicy } from '../../shared/plan/plan.ts';
import { type SecretReader, SecretUnavailableError } from '../../shared/secrets/secret-reader.ts';
import { type DatabaseFailure, describeDatabaseFailure } from './database-failure.ts';
import { type DatabaseAddress, readDatabaseUrl } from './database-url.ts';
import { type DuplicateRows, MOST_ROWS, rowsSchema } from './duplicate-rows.ts';

type Limits = {
  connectMs: number;
  statementMs: number;
  /** All of it, so that the other checks of a run are not late. */
  deadlineMs: number;
};

const LIMITS: Limits = { connectMs: 3_000, statementMs: 5_000, deadlineMs: 8_000 };

/** A hundred rows that are cut have a hundredth of that; a message of the protocol may claim 2 GB. */
const MOST_BYTES = 4_000_000;
const LOOK_MS = 20;

/** What the receiver's database said, or why it did not. */
export type ReceiverAnswer = { rows: DuplicateRows } | { failure: DatabaseFailure };

/** Never throws: the other checks of a run do not depend on somebody's database. */
export type ReceiverClient = (policy: DuplicatePolicy) => Promise<ReceiverAnswer>;

const begin = ({ statementMs }: Limits): string => `BEGIN READ ONLY;
SET LOCAL statement_timeout = ${statementMs};
SET LOCAL lock_timeout = '1s';
SET LOCAL idle_in_transaction_session_timeout = '10s';
SET LOCAL client_min_messages = 'error'`;

class UnansweredError extends Error {
  readonly failure: DatabaseFailure;
  constructor(reason: DatabaseFailure['reason'], detail: string) {
    super(detail);
    this.failure = { reason, detail };
  }
}

/**
 * Opens a cursor. The extended protocol takes one statement and no more, and a cursor is of a SELECT that
 * changes nothing.
 */
const declare = (client: Client, name: string, select: string) => {
  const statement = {
    text: `DECLARE ${name} NO SCROLL CURSOR FOR ${select}`,
    queryMode: 'extended',
  };
  return client.query(statement);
};

/** The second cursor cuts the columns in the server: a value may be a gigabyte long. */
const readRows = async (client: Client, query: string): Promise<DuplicateRows> => {
  await declare(client, 'as_written', query);
  const { fields } = await client.query('FETCH 0 FROM as_written');
  const names = ['id', 'times'].slice(0, fields.length);
  if (fields.length < 1 || fields.length > 2) {
    const detail = `the query gives ${fields.length} columns; it must give the id, and may give how often`;
    throw new UnansweredError('query-unfit', detail);
  }
  const cut = names.map((name) => `left(found.${name}::text, 200)`).join(', ');
  await declare(client, 'cut', `SELECT ${cut} FROM (\n${query}\n) AS found (${names.join(', ')})`);
  const { rows } = await client.query({ text: `FETCH ${MOST_ROWS} FROM cut`, rowMode: 'array' });
  return rowsSchema.parse(rows);
};

const converse = async (client: Client, query: string, limits: Limits): Promise<DuplicateRows> => {
  await client.connect();
  try {
    await client.query(begin(limits));
    return await readRows(client, query);
  } finally {
    await client.query('ROLLBACK').catch(() => {});
    await client.end();
  }
};

const ask = async (
  address: DatabaseAddress,
  query: string,
  limits: Limits,
): Promise<DuplicateRows> => {
  // Loaded by plans that name a query, and by no other.
  const { default: PgClient } = await import('pg/lib/client.js');
  const socket = new Socket();
  const client = new PgClient({
    ...address,
    stream: () => socket,
    application_name: 'lifeboat',
    connectionTimeoutMillis: limits.connectMs,
  });
  // What goes wrong is thrown by the call that waits; an event without a listener ends the process.
  client.on('error', () => {});
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => late.reject(new UnansweredError('timed-out', 'it did not answer in time')),
    limits.deadlineMs,
  );
  const meter = setInterval(() => {
    const flood = new UnansweredError('unexpected-error', 'it sends more than it was asked for');
    if (socket.bytesRead > MOST_BYTES) late.reject(flood);
  }, LOOK_MS);
  try {
    return await Promise.race([converse(client, query, limits), late.promise]);
  } finally {
    clearTimeout(timer);
    clearInterval(meter);
    socket.destroy();
  }
};

const failureOf = (error: unknown): DatabaseFailure => {
  if (error instanceof UnansweredError) return error.failure;
  if (error instanceof SecretUnavailableError) {
    return { reason: 'secret-unreadable', detail: error.message };
  }
  return describeDatabaseFailure(error);
};

/** Asks PostgreSQL, in a transaction that can only read and is always rolled back. */
export const createReceiverClient =
  (readSecret: SecretReader, limits: Limits = LIMITS): ReceiverClient =>
  async ({ database, query }) => {
    try {
      const address = readDatabaseUrl(await readSecret(database));
      if ('problem' in address) throw new UnansweredError('secret-unfit', address.problem);
      return { rows: await ask(address, query, limits) };
    } catch (error) {
      return { failure: failureOf(error) };
    }
  };
