import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { compareMissed } from './damage/compare-missed.ts';
import { judgeAll } from './damage/judge-all.ts';
import { loadSample } from './damage/load.ts';
import { planTasks } from './damage/plan-tasks.ts';
import { ownProgram, parsePrograms } from './damage/restore.ts';
import { readSubjects } from './damage/subjects.ts';
import { addResult, emptyTally, printTallies, type Tally } from './damage/tally.ts';
import { WHY_UNDETECTED } from './damage/why-undetected.ts';
import type { Missed } from './damage/worker.ts';

const HELP = `Damages every fixture of a dump at random and asks verify-backup about each.
  npm run bench:damage -- [--count 200000] [--seed 1] [--load 40]
Of what passes all archives are held against pg_restore, and --load of each format are loaded into a server.
PG_RESTORES="15=/usr/lib/postgresql/15/bin/pg_restore 17=…" names the programs that what passed is held
against; without it the pg_restore of this machine.`;

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '200000' },
    seed: { type: 'string', default: '1' },
    load: { type: 'string', default: '40' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  console.log(HELP);
  process.exit(0);
}

const programs =
  process.env.PG_RESTORES === undefined
    ? await ownProgram()
    : parsePrograms(process.env.PG_RESTORES);
const subjects = readSubjects();
const groups = new Map(subjects.map(({ group }) => [group, emptyTally()]));
const tallyOf = (subject: number): Tally =>
  groups.get(subjects[subject]?.group ?? '') ?? emptyTally();

const tasks = planTasks(subjects, Number(values.count), Number(values.seed));
const total = tasks.reduce((sum, { count }) => sum + count, 0);
const missed: Missed[] = [];
let said = performance.now();
/** Where the work is, every five seconds. */
const tellProgress = (text: string): void => {
  if (performance.now() - said < 5_000) return;
  said = performance.now();
  console.log(text);
};
let done = 0;
await judgeAll(tasks, (result) => {
  addResult(tallyOf(result.task.subject), result);
  missed.push(...result.missed);
  done += result.task.count;
  tellProgress(`${done} of ${total} damages judged`);
});
let held = 0;
const folder = await mkdtemp(join(tmpdir(), 'lifeboat-damage-'));
try {
  console.log(`${missed.length} passed; holding those against pg_restore`);
  await compareMissed(subjects, missed, programs, folder, (one, ended) => {
    const tally = tallyOf(one.subject);
    tally[ended] += 1;
    held += 1;
    tellProgress(`${held} of ${missed.length} held against pg_restore`);
    if (ended !== 'refused') return;
    console.log(`WRONG ${subjects[one.subject]?.name}: ${one.kind} at ${one.at} passes`);
  });
  console.log(`loading up to ${values.load} of each format into a server`);
  const loads = await loadSample(subjects, missed, programs, Number(values.load), folder);
  for (const [group, loaded] of loads) Object.assign(groups.get(group) ?? {}, { loads: loaded });
} finally {
  await rm(folder, { recursive: true, force: true });
}
printTallies(groups);
for (const line of WHY_UNDETECTED) console.log(`- ${line}`);
const all = [...groups.values()];
const sum = (count: (tally: Tally) => number): number =>
  all.reduce((so, tally) => so + count(tally), 0);
for (const crash of all.flatMap(({ crashes }) => crashes)) console.log(`CRASH ${crash}`);
console.log(`damages: ${sum(({ judged }) => judged)}`);
console.log(`undetected: ${sum(({ passed }) => passed)}`);
console.log(`crashes: ${sum(({ crashes }) => crashes.length)}`);
console.log(`slowest-ms: ${Math.round(Math.max(...all.map(({ slowestMs }) => slowestMs)))}`);
console.log(`passed-where-restore-fails: ${sum(({ refused }) => refused)}`);
process.exitCode = sum(({ refused, crashes }) => refused + crashes.length) === 0 ? 0 : 1;
