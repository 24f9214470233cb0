import * as z from 'zod';
import { shortenText } from '../../shared/short-text/shorten-text.ts';

/** Why a receiver's database did not tell. `detail` never holds a part of its URL. */
export type DatabaseFailure = {
  reason:
    | 'no-connection'
    | 'not-trusted'
    | 'access-denied'
    | 'timed-out'
    | 'writes'
    | 'query-refused'
    | 'query-unfit'
    | 'secret-unreadable'
    | 'secret-unfit'
    | 'unexpected-error';
  detail: string;
};

const MAX_WORDS = 300;

/** An ErrorResponse of the server, as opposed to an error of a socket. */
const refusalSchema = z.object({
  severity: z.string(),
  code: z.string().regex(/^[0-9A-Z]{5}$/),
  message: z.string().default(''),
});

const errorSchema = z.object({ code: z.string().optional(), message: z.string().default('') });

type Reason = DatabaseFailure['reason'];

/** By SQLSTATE or its class. Source: PostgreSQL, appendix "PostgreSQL Error Codes". */
const REASONS = new Map<string, Reason>([
  ['08', 'no-connection'],
  ['53300', 'no-connection'],
  ['57P01', 'no-connection'],
  ['57P02', 'no-connection'],
  ['57P03', 'no-connection'],
  ['28', 'access-denied'],
  ['3D', 'access-denied'],
  ['42501', 'access-denied'],
  ['57014', 'timed-out'],
  ['55P03', 'timed-out'],
  ['25006', 'writes'],
]);

/** These are about the words of the query; others can quote what is in the tables. */
const ABOUT_THE_QUERY = new Set(['0A', '25', '42']);

const fold = (text: string): string => shortenText(text.replaceAll(/\s+/g, ' ').trim(), MAX_WORDS);

const CERTIFICATE = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|^ERR_TLS/;
const NO_TLS = 'The server does not support SSL connections';

const ofSocket = ({ code = '', message }: z.infer<typeof errorSchema>): DatabaseFailure => {
  if (CERTIFICATE.test(code)) {
    return { reason: 'not-trusted', detail: `the certificate of the server is refused: ${code}` };
  }
  if (message === NO_TLS) return { reason: 'no-connection', detail: 'the server takes no TLS' };
  if (message.startsWith('SASL')) {
    return { reason: 'access-denied', detail: 'the server asks for a password in another way' };
  }
  const socket = /^E[A-Z_]{2,20}$/.test(code);
  if (socket) return { reason: 'no-connection', detail: `the server was not reached: ${code}` };
  return /^(timeout expired|Connection terminated)/.test(message)
    ? { reason: 'no-connection', detail: 'the server did not answer, or hung up' }
    : { reason: 'unexpected-error', detail: 'the connection failed in an unknown way' };
};

/** Sorts what `pg` throws. Of a socket's errors only the code is repeated. Pure. */
export const describeDatabaseFailure = (error: unknown): DatabaseFailure => {
  const refusal = refusalSchema.safeParse(error);
  if (!refusal.success) return ofSocket(errorSchema.safeParse(error).data ?? { message: '' });
  const { code, message } = refusal.data;
  const kind = code.slice(0, 2);
  const words = ABOUT_THE_QUERY.has(kind) ? `: ${fold(message)}` : '';
  return {
    reason: REASONS.get(code) ?? REASONS.get(kind) ?? 'query-refused',
    detail: `PostgreSQL says ${code}${words}`,
  };
};
