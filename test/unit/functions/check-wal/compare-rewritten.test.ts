import { describe, expect, it } from 'vitest';
import { compareRewritten } from '../../../../functions/check-wal/compare-rewritten.ts';
import { decideContent } from '../../../../functions/check-wal/decide-content.ts';
import {
  decodeHeaders,
  emptyHeaderMemory,
  encodeHeaders,
  type HeaderMemory,
  headerMemorySchema,
} from '../../../../functions/check-wal/header-memory.ts';
import { refreshHeaders } from '../../../../functions/check-wal/refresh-headers.ts';
import { DamageError, NotJudgedError } from '../../../../shared/backup-encoding/damage-error.ts';
import { wholeSegment } from '../../../support/wal-segment.ts';
import { file, READING, segments } from './listed-archive.ts';
import { surveyOf, walPolicy } from './surveyed-archive.ts';

const MB = 1024 ** 2;
const NOW = new Date(1_000);
const TOMORROW = new Date(NOW.getTime() + 86_400_000);

/** Names that were written twice, the older time with other bytes where they are `different`. */
const rewritten = (count: number) => {
  const names = segments(1, 1n, count, '');
  const different = new Set(names);
  const compared: string[] = [];
  const refused = new Map<string, Error>();
  const reading = { ...READING, segmentSize: MB };
  const files = names.map((name) => ({ ...file(name, MB), rewritten: true }));
  const survey = surveyOf(files, [], reading);
  const version = (versionId: string) => ({
    versionId,
    etag: versionId,
    size: MB,
    lastModified: NOW,
  });
  const client = {
    versions: async (name: string) => {
      compared.push(name);
      return [version('2'), version('1')];
    },
    readVersion: async function* (name: string, { versionId }: { versionId: string }) {
      const refusal = refused.get(name);
      if (refusal !== undefined) throw refusal;
      const bytes = wholeSegment(name, { segmentSize: MB });
      if (versionId === '1' && different.has(name)) bytes.writeUInt8(1, MB - 1);
      yield bytes;
    },
  };
  const compare = async (memory = emptyHeaderMemory(NOW), now = NOW) => {
    const refreshed = refreshHeaders(memory, new Map(), survey, now);
    const input = { client, policy: walPolicy(), readSecret: async () => 'unused', survey };
    const uncompared = await compareRewritten({
      ...input,
      memory: refreshed,
      until: Number.POSITIVE_INFINITY,
    });
    const { left } = uncompared;
    const look = { memory: refreshed, read: 0, left: 0, uncompared };
    const { reason, summary, action } = decideContent(walPolicy(), survey, look);
    const findings = refreshed.findings.length;
    return { memory: refreshed, left, findings, report: { reason, summary, action } };
  };
  return { compare, names, different, compared, refused };
};

/** What the next run begins with. */
const stored = (memory: HeaderMemory): HeaderMemory =>
  decodeHeaders(headerMemorySchema.parse(JSON.parse(JSON.stringify(encodeHeaders(memory)))));

it('compares a name once, and once more a day later where its versions differed', async () => {
  const { compare, different, compared } = rewritten(2);
  const first = await compare();
  expect(first).toMatchObject({ left: 0, findings: 2 });
  expect(await compare(first.memory)).toMatchObject({ left: 0, findings: 2 });
  expect(compared.length).toBe(2);
  different.clear();
  const again = await compare(first.memory, TOMORROW);
  expect(compared.length).toBe(4);
  expect(await compare(again.memory, TOMORROW)).toMatchObject({ left: 0, findings: 0 });
});

it('compares few of them again in one run, and says what it knows of the others', async () => {
  const { compare, compared } = rewritten(6);
  const first = await compare();
  compared.length = 0;
  const again = await compare(first.memory, TOMORROW);
  expect(compared.length).toBe(4);
  expect(again).toMatchObject({ left: 0, findings: 6 });
  expect(await compare(again.memory, TOMORROW)).toMatchObject({ findings: 6 });
  expect(compared.length).toBe(6);
});

const ARCHIVED = Object.assign(new Error('It is archived'), { name: 'InvalidObjectState' });

describe('names whose versions cannot be compared', () => {
  it.each<[string, Error]>([
    ['wrong-key', new DamageError('wrong-key', 'the passphrase does not open it')],
    ['encoding-mismatch', new DamageError('encoding-mismatch', 'it is no gzip')],
    ['key-not-named', new NotJudgedError('key-not-named', 'it is encrypted')],
    ['unexpected-error', ARCHIVED],
  ])('are tried once a day, and keep no others waiting (%s)', async (reason, error) => {
    const { compare, names, compared, refused, different } = rewritten(45);
    const shut = names.slice(0, 42);
    for (const name of shut) refused.set(name, error);
    const first = await compare();
    expect(first).toMatchObject({ left: 5, findings: 0 });
    const second = await compare(stored(first.memory));
    expect(compared).toEqual(names);
    expect(second).toMatchObject({ left: 0, findings: 3 });

    different.clear();
    refused.delete(shut[0] ?? '');
    const tomorrow = await compare(stored(second.memory), TOMORROW);
    const after = await compare(stored(tomorrow.memory), TOMORROW);
    expect(compared.slice(45).toSorted()).toEqual(names);
    expect(after).toMatchObject({ left: 0, findings: 0, report: { reason } });
    expect(after.report.summary).toContain(`but 41 segments such as ${shut[1]} could not be`);
    expect(await compare(stored(after.memory), TOMORROW)).toMatchObject({ report: after.report });
    expect(compared.length).toBe(90);
  });

  it('are tried again with the next run where the reason passes', async () => {
    const { compare, names, compared, refused } = rewritten(1);
    refused.set(names[0] ?? '', Object.assign(new Error('slow'), { name: 'SlowDown' }));
    const first = await compare();
    expect(first).toMatchObject({ left: 1, report: { reason: 'throttled' } });
    await compare(stored(first.memory));
    expect(compared.length).toBe(2);
  });

  it('stay findings where they were found to differ before', async () => {
    const { compare, names, refused } = rewritten(1);
    const first = await compare();
    refused.set(names[0] ?? '', new DamageError('wrong-key', 'the passphrase does not open it'));
    const again = await compare(stored(first.memory), TOMORROW);
    const next = await compare(stored(again.memory), TOMORROW);
    expect(next).toMatchObject({ left: 0, findings: 1, report: { reason: 'overwritten' } });
  });

  it('point to the passphrase where it does not open them', async () => {
    const { compare, names, refused } = rewritten(1);
    refused.set(names[0] ?? '', new DamageError('wrong-key', 'the passphrase does not open it'));
    const { report } = await compare();
    expect(report.action).toMatch(/^Look at the passphrase .* delete those versions/);
  });
});
