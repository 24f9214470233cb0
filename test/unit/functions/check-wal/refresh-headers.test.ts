import { expect, it } from 'vitest';
import { emptyHeaderMemory, formKey } from '../../../../functions/check-wal/header-memory.ts';
import { type Blocks, isMarked, markRead } from '../../../../functions/check-wal/read-blocks.ts';
import { refreshHeaders } from '../../../../functions/check-wal/refresh-headers.ts';
import { file, segments } from './listed-archive.ts';
import { surveyOf } from './surveyed-archive.ts';

const NOW = new Date(1_000);
const marked = (...numbers: bigint[]): Map<string, Blocks> => {
  const blocks: Blocks = new Map();
  for (const number of numbers)
    markRead(blocks, number, { at: 0, bad: false, wholeBlockSeen: true });
  return new Map([[formKey(1, ''), blocks]]);
};
const old = { systemIdentifier: 1n, magic: 0xd110 };
const upgraded = { systemIdentifier: 2n, magic: 0xd116 };
const known = {
  ...emptyHeaderMemory(NOW),
  forms: marked(1n, 2n, 3n, 4n),
  cluster: old,
  foreign: [{ cluster: upgraded, forms: marked(3n, 4n) }],
};
const refreshed = (from: bigint, count: number) => {
  const survey = surveyOf(segments(1, from, count, '').map((name) => file(name)));
  return refreshHeaders(known, new Map(), survey, NOW);
};

it('gives the archive to the cluster after pg_upgrade once the old one has nothing left in it', () => {
  expect(refreshed(2n, 3)).toMatchObject({ cluster: old, foreign: [{ cluster: upgraded }] });
  expect(refreshed(3n, 3)).toMatchObject({ cluster: upgraded, foreign: [] });
  expect(refreshed(9n, 3)).toMatchObject({ cluster: undefined, foreign: [] });
});

it('has what is wrong read again after a day, and when somebody asks, and forgets it only then', () => {
  const key = formKey(1, '');
  const [name = ''] = segments(1, 1n, 1, '');
  const bad = (): Map<string, Blocks> => {
    const forms = marked(1n);
    markRead(forms.get(key) ?? new Map(), 1n, { at: 0, bad: true, wholeBlockSeen: true });
    return forms;
  };
  const finding = { name, finding: 'wrong-key', detail: '' };
  const memory = { ...known, foreign: [], forms: bad(), compared: bad(), findings: [finding] };
  const survey = surveyOf([{ ...file(name), rewritten: true }]);
  const day = 86_400_000;
  const stateAfter = (milliseconds: number, isAsked?: boolean) => {
    const then = new Date(NOW.getTime() + milliseconds);
    const { forms, compared, findings } = refreshHeaders(memory, new Map(), survey, then, isAsked);
    const marks = [forms, compared].map((one) =>
      (['bad', 'read'] as const).filter((kind) => isMarked(one.get(key), 1n, kind)),
    );
    return { marks, findings };
  };
  const again = { marks: [['bad'], ['bad']], findings: [finding] };
  expect(stateAfter(day - 1)).toEqual({
    ...again,
    marks: [
      ['bad', 'read'],
      ['bad', 'read'],
    ],
  });
  expect(stateAfter(day)).toEqual(again);
  expect(stateAfter(0, true)).toEqual(again);
});
