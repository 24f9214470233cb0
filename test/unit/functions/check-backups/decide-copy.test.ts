import { describe, expect, it } from 'vitest';
import {
  type CopyInput,
  decideCopy,
  pairsToCompare,
} from '../../../../functions/check-backups/decide-copy.ts';
import type { Generation } from '../../../../functions/check-backups/seen.ts';
import { DAY_MS, generation } from '../../../support/backup-generations.ts';

const NOW = new Date('2026-03-03T04:00:00Z');
const original = (days: number): Generation =>
  generation(NOW.getTime() - days * DAY_MS, { name: `d${days}` });
const copyOf = (one: Generation, changes: Partial<Generation> = {}): Generation => ({
  ...one,
  at: new Date(one.at.getTime() + 90_000),
  ...changes,
});
const held = (...copies: Generation[]) => new Map(copies.map((copy) => [copy.name, copy]));

const ORIGINALS = [original(3), original(2), original(1)];
const [D3, D2, D1] = [original(3), original(2), original(1)];

const judge = (changes: Partial<CopyInput> = {}) =>
  decideCopy({
    name: 'db',
    place: 's3://dr/db/',
    withinSeconds: 0,
    severity: 'critical',
    onDemand: false,
    originals: ORIGINALS,
    copies: held(copyOf(D3), copyOf(D2), copyOf(D1)),
    digests: new Map(),
    now: NOW,
    ...changes,
  });

describe('decideCopy', () => {
  it('passes where every original has its copy, and says how long the newest took', () => {
    const outcome = judge();
    expect(outcome).toMatchObject({ verdict: 'pass', reason: 'copied' });
    expect(outcome.summary).toBe(
      'db: 3 of 3 backups are in s3://dr/db/ with the same size and checksum, the newest 1m after its original',
    );
    expect(outcome.measurements).toContainEqual({ name: 'lag', value: 90, unit: 'seconds' });
  });

  it('is as loud as the backup when nothing is copied at all', () => {
    expect(judge({ copies: held() })).toMatchObject({
      verdict: 'fail',
      severity: 'critical',
      reason: 'missing',
      summary: 'db: nothing is copied to s3://dr/db/: d1, d2, d3',
    });
  });

  it('warns about a single one', () => {
    expect(judge({ copies: held(copyOf(D3), copyOf(D1)) })).toMatchObject({
      verdict: 'fail',
      severity: 'warning',
      reason: 'missing',
      summary: 'db: 1 of 3 copies are missing in s3://dr/db/: d2',
    });
  });

  it.each([
    ['the newest', 'd1', 'critical'],
    ['an older one', 'd3', 'warning'],
  ])('accuses %s of another size', (_, name, severity) => {
    const copies = held(
      ...ORIGINALS.map((one) => copyOf(one, one.name === name ? { bytes: 7 } : {})),
    );
    expect(judge({ copies })).toMatchObject({ verdict: 'fail', severity, reason: 'differs' });
    expect(judge({ copies }).summary).toContain(name);
  });

  it('names what is missing beside what differs, in one sentence', () => {
    expect(judge({ copies: held(copyOf(D3, { bytes: 7 }), copyOf(D1)) })).toMatchObject({
      reason: 'differs',
      severity: 'warning',
      summary:
        'db: 1 of 3 copies in s3://dr/db/ are not the same as their originals: d3; 1 is missing: d2',
      action: expect.stringContaining('what is missing'),
    });
  });

  it('is as loud as the backup when no copy is right, one wrong and the others missing', () => {
    expect(judge({ copies: held(copyOf(D3, { bytes: 7 })) })).toMatchObject({
      reason: 'differs',
      severity: 'critical',
      summary: expect.stringContaining('; 2 are missing: d1, d2'),
    });
  });

  it.each([
    ['same', 'pass', 'copied'],
    ['differs', 'fail', 'differs'],
    ['not-comparable', 'unknown', 'checksum-not-comparable'],
    ['not-yet', 'unknown', 'comparing'],
  ] as const)('goes by the checksums where ETags differ: %s', (digest, verdict, reason) => {
    const copies = held(copyOf(D3), copyOf(D2), copyOf(D1, { etag: 'other-2' }));
    expect(judge({ copies, digests: new Map([['d1', digest]]) })).toMatchObject({
      verdict,
      reason,
    });
  });

  it('asks for checksums only where size says the same and the ETag does not, newest first', () => {
    const copies = held(
      copyOf(D3, { etag: 'x' }),
      copyOf(D2, { etag: 'y' }),
      copyOf(D1, { bytes: 7, etag: 'z' }),
    );
    expect(pairsToCompare(ORIGINALS, copies).map(({ copy }) => copy.name)).toEqual(['d2', 'd3']);
  });

  it('waits for a copy that is not due, and says until when', () => {
    const outcome = judge({ copies: held(copyOf(D3), copyOf(D2)), withinSeconds: 86_400 + 60 });
    expect(outcome).toMatchObject({ verdict: 'pass', reason: 'copied' });
    expect(outcome.summary).toContain('2 of 3 backups');
    expect(outcome.summary).toContain('the newest is due by 2026-03-03 04:01 UTC');
  });

  it('does not pass what was never seen: nothing copied, nothing due', () => {
    expect(judge({ copies: held(), withinSeconds: 9 * 86_400 })).toMatchObject({
      verdict: 'unknown',
      reason: 'not-due-yet',
      summary: expect.stringContaining('due by 2026-03-09 04:00 UTC'),
    });
  });

  it('waits for the copy of an original that was written anew', () => {
    const copies = held(copyOf(D3), copyOf(D2), copyOf(D1, { bytes: 7 }));
    expect(judge({ copies, withinSeconds: 2 * 86_400 }).verdict).toBe('pass');
    const same = held(copyOf(D3), copyOf(D2), copyOf(D1, { etag: 'old' }));
    const digests = new Map([['d1', 'differs' as const]]);
    expect(judge({ copies: same, digests, withinSeconds: 2 * 86_400 }).verdict).toBe('pass');
  });

  it('says of an empty place what the copy still holds', () => {
    expect(judge({ originals: [] })).toMatchObject({
      verdict: 'unknown',
      reason: 'nothing-to-copy',
      summary: 'db: there is no backup to copy to s3://dr/db/; s3://dr/db/ still holds 3',
    });
    expect(judge({ originals: [], onDemand: true })).toMatchObject({ verdict: 'pass' });
  });
});
