import { expect, it } from 'vitest';
import { compareRewritten } from '../../../../functions/check-wal/compare-rewritten.ts';
import { emptyHeaderMemory } from '../../../../functions/check-wal/header-memory.ts';
import { refreshHeaders } from '../../../../functions/check-wal/refresh-headers.ts';
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
      const bytes = wholeSegment(name, { segmentSize: MB });
      if (versionId === '1' && different.has(name)) bytes.writeUInt8(1, MB - 1);
      yield bytes;
    },
  };
  const compare = async (memory = emptyHeaderMemory(NOW), now = NOW) => {
    const refreshed = refreshHeaders(memory, new Map(), survey, now);
    const input = { client, policy: walPolicy(), readSecret: async () => 'unused', survey };
    const { left } = await compareRewritten({
      ...input,
      memory: refreshed,
      until: Number.POSITIVE_INFINITY,
    });
    return { memory: refreshed, left, findings: refreshed.findings.length };
  };
  return { compare, different, compared };
};

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
