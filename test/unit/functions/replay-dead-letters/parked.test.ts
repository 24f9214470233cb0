import { describe, expect, it } from 'vitest';
import type { ArchivedMessage } from '../../../../functions/replay-dead-letters/archive-reader.ts';
import {
  countParked,
  type ParkedCount,
} from '../../../../functions/replay-dead-letters/count-parked.ts';
import { decideParked } from '../../../../functions/replay-dead-letters/decide-parked.ts';
import type { Entry, State } from '../../../../functions/replay-dead-letters/ledger.ts';
import type { ParkedAs } from '../../../../functions/replay-dead-letters/ports.ts';

const entry = (key: string, state: State): Entry => ({
  key,
  state,
  owner: 'o',
  fence: 1,
  leaseUntil: 0,
  run: 'r',
  copy: 'c',
  hash: 'h',
  attempts: 0,
  address: 'a',
  expiresAt: 0,
});

const ledgerOf = (states: Record<string, State>) => ({
  find: async (keys: readonly string[]) =>
    new Map(
      keys.flatMap((key) => {
        const state = states[key];
        return state === undefined ? [] : [[key, entry(key, state)] as const];
      }),
    ),
});

const line = (key: string, reason: string): ArchivedMessage => ({
  address: `s3://archive/${key}`,
  line: {
    key,
    copy: key,
    idempotencyKey: key,
    raw: false,
    sha256: '',
    reason,
    attributes: {},
    body: '',
  },
});

const folders = (held: Record<ParkedAs, ArchivedMessage[]>) =>
  async function* (as: ParkedAs) {
    yield* held[as];
  };

const keysOf = ({ line: { key } }: ArchivedMessage) => [key, `webhook|${key}`];
const never = () => false;

describe('countParked', () => {
  it('counts once each what is not known to have been taken', async () => {
    const read = folders({
      quarantine: [
        line('refused', 'http-413'),
        line('sent-since', 'http-413'),
        line('parked-for-a-queue', 'too-large'),
        line('forgotten-by-the-ledger', 'http-400'),
        line('refused', 'http-413'),
      ],
      unknown: [
        line('in-doubt', 'timed-out'),
        line('another-turn', 'timed-out'),
        line('refused', 'http-413'),
      ],
    });
    const states = {
      refused: 'QUARANTINED',
      'sent-since': 'DONE',
      'parked-for-a-queue': 'QUARANTINED',
      'webhook|parked-for-a-queue': 'DONE',
      'in-doubt': 'UNKNOWN',
      'another-turn': 'RETRY',
    } as const;
    expect(await countParked(ledgerOf(states), { read, keysOf }, never)).toEqual({
      quarantine: 2,
      unknown: 2,
      reasons: { 'http-413': 1, 'http-400': 1, 'timed-out': 2 },
      complete: true,
    });
  });

  it('says where it had no time for all of it', async () => {
    const quarantine = Array.from({ length: 300 }, (_, index) => line(`k${index}`, 'http-413'));
    const read = folders({ quarantine, unknown: [] });
    let asked = 0;
    const count = await countParked(ledgerOf({}), { read, keysOf }, () => {
      asked += 1;
      return asked === 3;
    });
    expect(count).toMatchObject({ quarantine: 90, complete: false });
  });

  it('has seen all of it where its time is over at the end', async () => {
    const read = folders({ quarantine: [line('last', 'http-413')], unknown: [] });
    let asked = 0;
    const count = await countParked(ledgerOf({}), { read, keysOf }, () => {
      asked += 1;
      return asked > 1;
    });
    expect(count).toMatchObject({ quarantine: 1, complete: true });
  });
});

describe('decideParked', () => {
  const places = { webhook: 'ses-events', quarantine: 's3://a/q/', unknown: 's3://a/u/' };
  const decide = (found: Parameters<typeof decideParked>[0]) =>
    decideParked(found, places, (data) => `invoke ${JSON.stringify(data)}`);
  const count = (changes: Partial<ParkedCount>): ParkedCount => ({
    quarantine: 0,
    unknown: 0,
    reasons: {},
    complete: true,
    ...changes,
  });

  it('says how many, why, and the command for each kind', () => {
    const said = decide(count({ quarantine: 2, unknown: 1, reasons: { late: 1, 'http-413': 2 } }));
    expect(said).toMatchObject({ verdict: 'fail', severity: 'warning', reason: 'parked' });
    expect(said.summary).toBe(
      'ses-events: 3 dead letters are parked and not sent again without a person: 2 that the receiver does not take, 1 that may or may not have arrived (http-413: 2, late: 1)',
    );
    expect(said.action).toContain('invoke {"webhook":"ses-events","from":"quarantine"}');
    expect(said.action).toContain('invoke {"webhook":"ses-events","from":"unknown"}');
  });

  it.each<[string, Parameters<typeof decideParked>[0], string, string]>([
    ['nothing is parked', count({}), 'pass', 'nothing-parked'],
    ['not all was seen', count({ complete: false }), 'unknown', 'too-many'],
    [
      'nothing was seen',
      { reason: 'access-denied', message: 'AccessDenied' },
      'unknown',
      'access-denied',
    ],
    [
      'some was seen of what was not all seen',
      count({ unknown: 1, complete: false }),
      'fail',
      'parked',
    ],
  ])('where %s', (_, found, verdict, reason) => {
    expect(decide(found)).toMatchObject({ verdict, reason });
  });

  it('names no command for what is not there', () => {
    expect(decide(count({ unknown: 1 })).action).not.toContain('quarantine');
    expect(decide(count({ quarantine: 1 })).action).not.toContain('"unknown"');
  });
});
