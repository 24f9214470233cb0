import type { DuplicatePolicy } from '../../shared/plan/plan.ts';
import { describeSecret } from '../../shared/plan/secret-reference.ts';
import { shortenText } from '../../shared/short-text/shorten-text.ts';
import type { DatabaseFailure } from './database-failure.ts';
import { type DuplicateRows, MOST_ROWS } from './duplicate-rows.ts';
import type { Judgement } from './judgement.ts';
import type { ReceiverAnswer } from './receiver-client.ts';

const MOST_SHOWN = 10;
const LONGEST_ID = 48;

const said = {
  check: 'webhook-duplicates' as const,
  expected: { duplicates: 0 },
};

const WAYS_OUT: Partial<Record<DatabaseFailure['reason'], string>> = {
  'no-connection':
    'See that this function has a route to the database: it runs in no VPC unless function.yml names one (README, "A route to the database").',
  'not-trusted':
    'Let this function know the authority that signed the certificate (NODE_EXTRA_CA_CERTS), or say sslmode=require in the URL.',
  'access-denied': 'Give the user of the URL the right to connect and to SELECT.',
  'timed-out': 'Let the query look at fewer rows: an index, a shorter stretch of time.',
  writes: 'The query must only read.',
  'secret-unreadable': 'Put the URL of the database there, and let this function read it.',
  'secret-unfit': 'Correct the URL of the database.',
};

const unknown = (
  { database }: DuplicatePolicy,
  { reason, detail }: DatabaseFailure,
): Judgement => ({
  ...said,
  verdict: 'unknown',
  reason,
  summary: `the receiver's database (${describeSecret(database)}) did not say what is there twice: ${detail}`,
  action: WAYS_OUT[reason] ?? "Correct the query in the plan's duplicates.",
  observed: { failure: detail },
  measurements: [],
});

const unfit = (detail: string): DatabaseFailure => ({ reason: 'query-unfit', detail });

/** What makes rows no list of duplicates, where something does. */
const whyUnfit = (rows: DuplicateRows): DatabaseFailure | undefined => {
  const wrong = rows.find(
    ([, times]) => times !== undefined && !/^[1-9]\d{0,18}$/.test(times ?? ''),
  );
  if (wrong !== undefined) return unfit('its second column is no count');
  if (rows.some(([, times]) => times === '1')) {
    return unfit('it gives messages that are there once; add HAVING count(*) > 1');
  }
  return undefined;
};

const show = (id: string): string =>
  shortenText(id.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' '), LONGEST_ID);

/** Whether the receiver holds a message more than once. A row without an id is of no message. Pure. */
export const decideDuplicates = (policy: DuplicatePolicy, answer: ReceiverAnswer): Judgement => {
  if ('failure' in answer) return unknown(policy, answer.failure);
  const wrong = whyUnfit(answer.rows);
  if (wrong !== undefined) return unknown(policy, wrong);
  const found = answer.rows.flatMap(([id, times]) =>
    id === null ? [] : [{ id: show(id), ...(times == null ? {} : { times: Number(times) }) }],
  );
  if (found.length === 0 && answer.rows.length > 0) {
    return unknown(policy, unfit('it gives rows without an id; leave out where the id IS NULL'));
  }
  const mayBeMore = answer.rows.length >= MOST_ROWS;
  const shown = found.slice(0, MOST_SHOWN);
  const facts = {
    ...said,
    observed: { duplicates: found.length, mayBeMore, shown },
    measurements: [{ name: 'duplicates', value: found.length, unit: 'messages' }],
  };
  if (found.length === 0) {
    return {
      ...facts,
      verdict: 'pass',
      reason: 'none',
      summary: 'the receiver holds no message more than once',
    };
  }
  const count = `${mayBeMore ? 'at least ' : ''}${found.length} ${found.length === 1 ? 'message' : 'messages'}`;
  const ids = shown.map(({ id, times }) => (times === undefined ? id : `${id} (${times} times)`));
  const rest = found.length > shown.length ? ', …' : '';
  return {
    ...facts,
    verdict: 'fail',
    severity: policy.severity,
    reason: 'duplicates',
    summary: `the receiver holds ${count} more than once: ${ids.join(', ')}${rest}`,
    action:
      'See what came of them twice, and let the receiver take each id once: a unique index on it.',
  };
};
