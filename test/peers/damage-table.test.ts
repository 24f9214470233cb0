import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Answer, answerAll, formatTable, isRight } from '../../bench/damage/make-table.ts';

let answers: Answer[];
beforeAll(async () => {
  answers = await answerAll();
}, 120_000);

describe('docs/damage.md', () => {
  it('is right in every row', () => {
    const wrong = answers.filter((answer) => !isRight(answer));
    expect(wrong.map(({ row, here }) => `${row.format}, ${row.damage}: ${here}`)).toEqual([]);
    expect(answers.length).toBeGreaterThan(40);
  });

  it('says what the tools of this machine answer', () => {
    const written = readFileSync(new URL('../../docs/damage.md', import.meta.url), 'utf8');
    expect(written).toContain(formatTable(answers));
  });
});
