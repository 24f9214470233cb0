import { expect, it } from 'vitest';
import type { ContentsInput } from '../../../../functions/verify-backup/contents-finding.ts';
import { makeContentsReport } from '../../../../functions/verify-backup/contents-report.ts';
import { contentsInput, dumpOf, verifiedAfter } from '../../../support/dump-contents.ts';

const dump = dumpOf({ 'public.users': 1_000 });
const cut = { ...dump, isTableListCut: true };
const crm = dumpOf({ 'public.users': 1_000 }, { database: 'crm' });
const previous = verifiedAfter(dump);
const now = new Date('2026-11-21T02:06:00Z');

const reportOn = (input: ContentsInput) =>
  makeContentsReport({
    input,
    findings: [],
    series: 's3://backups/db/full/#.dump',
    bucket: 'backups',
    region: 'us-east-1',
    stage: 'prod',
    now,
    nextCheckBy: now,
  });

it.each<[string, string, ContentsInput]>([
  ['tables', 'compared with 0.dump nothing is missing', contentsInput(dump, [dump])],
  ['size', 'compared with 0.dump by size alone it has not shrunk', contentsInput(cut, [dump])],
  ['nothing', 'it is the first of its series', contentsInput(dump)],
  [
    'nothing',
    'it was compared with nothing: 0.dump, the one before it, is of another database',
    contentsInput(crm, [dump]),
  ],
  [
    'nothing',
    'or was written in another way',
    { ...contentsInput(undefined), previous: { ...previous, written: 'pg-dump tar' } },
  ],
  [
    'nothing',
    'it was compared with nothing: 0.dump, the one before it, may be of something else',
    { ...contentsInput(dump), beside: previous },
  ],
])('a report says that %s was compared: %s', (comparison, words, input) => {
  const report = reportOn(input);
  expect(report.summary).toContain(words);
  expect(report.observed).toMatchObject({ comparison });
});
