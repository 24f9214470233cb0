import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { decideContent } from '../../../../functions/check-wal/decide-content.ts';
import { emptyHeaderMemory } from '../../../../functions/check-wal/header-memory.ts';
import { makeReport } from '../../../../functions/check-wal/make-report.ts';
import { parseInvocation } from '../../../../functions/check-wal/parse-invocation.ts';
import { readHeaders } from '../../../../functions/check-wal/read-headers.ts';
import { opensslEncrypt } from '../../../../local/openssl-encrypt.ts';
import type { StoredBackup } from '../../../../shared/plan/plan.ts';
import { encrypting } from '../../../support/backup-policies.ts';
import { segmentHeader } from '../../../support/wal-segment.ts';
import { file, segments } from './listed-archive.ts';
import { surveyOf, walPolicy } from './surveyed-archive.ts';

const NOW = new Date(2_000);
const PLACE = { region: 'eu-central-1', stage: 'prod', service: 'check-wal' };
const LINE = "sls invoke -f check-wal -s prod -d '";

/** What is said of segments 1 to 5, of which some hold other bytes than a header. */
const reportOf = async (
  suffix: string,
  encoding: StoredBackup['encoding'],
  others: Record<number, Buffer>,
) => {
  const names = segments(1, 1n, 5, suffix);
  const policy = walPolicy({ encoding });
  const survey = surveyOf(names.map((name) => file(name)));
  const read = async (name: string, bytes: number) => {
    const other = others[names.indexOf(name) + 1];
    const stored = other ?? (suffix === '' ? segmentHeader(name) : gzipSync(segmentHeader(name)));
    return { bytes: stored.subarray(0, bytes), lastModified: new Date(1_000) };
  };
  const readSecret = async () => 'another passphrase';
  const until = Number.POSITIVE_INFINITY;
  const memory = emptyHeaderMemory(NOW);
  const look = await readHeaders({ policy, survey, memory, full: true, read, readSecret, until });
  return makeReport(policy, decideContent(policy, survey, look), NOW, PLACE);
};

/** The payload of the line that an action ends with. */
const payloadOf = (action: string): unknown =>
  JSON.parse(action.slice(action.indexOf(LINE) + LINE.length, -1));

describe('what to do about a segment that cannot be replayed', () => {
  it('begins with the passphrase where that does not open it', async () => {
    const sealed = opensslEncrypt(segmentHeader(segments(1, 1n, 1, '')[0] ?? ''), 'the right one');
    const all = Object.fromEntries([1, 2, 3, 4, 5].map((number) => [number, sealed]));
    const { reason, action } = await reportOf('', [encrypting()], all);
    expect(reason).toBe('wrong-key');
    expect(action).toMatch(/^Look at the passphrase, .* in the plan's encoding first/);
    expect(action).not.toContain('base backup now');
    const payload = payloadOf(action);
    const range = '000000010000000000000001..000000010000000000000005';
    expect(payload).toEqual({ policy: 'wal', deep: true, range });
    expect(parseInvocation(payload, ['wal'])).toMatchObject({ deep: true });
  });

  it.each([
    ['encoding-mismatch', Buffer.alloc(99)],
    ['corrupt', Buffer.concat([gzipSync('x').subarray(0, 10), Buffer.alloc(99, 0xff)])],
  ])('begins with the encoding where the bytes are %s', async (finding, bytes) => {
    const { reason, action } = await reportOf('.gz', undefined, { 2: bytes, 4: bytes });
    expect(reason).toBe(finding);
    expect(action).toMatch(/^Look at the plan's encoding first/);
    expect(action).toContain('copy 000000010000000000000002.gz again from the server');
    expect(payloadOf(action)).toEqual({ policy: 'wal', deep: true });
  });

  it('is to copy it again where the segment itself is damaged', async () => {
    const { reason, action } = await reportOf('.gz', undefined, { 3: gzipSync(Buffer.alloc(99)) });
    expect(reason).toBe('empty-page');
    expect(action).toMatch(/^Copy 000000010000000000000003\.gz again from the server's pg_wal/);
    const range = '000000010000000000000003..000000010000000000000003';
    expect(payloadOf(action)).toEqual({ policy: 'wal', deep: true, range });
  });
});
