import { writeFile } from 'node:fs/promises';
import { answerAll, formatTable, isRight } from './damage/make-table.ts';
import { WHY_UNDETECTED } from './damage/why-undetected.ts';

if (process.argv.includes('--help')) {
  console.log(`Usage: npm run docs:damage

Damages real dumps, asks verify-backup and the real tools of this machine about each, writes docs/damage.md and
prints it. Takes a minute. Exit code 1 where verify-backup was wrong.`);
  process.exit(0);
}

const answers = await answerAll();
const text = `# What is seen of a damaged backup

Written by \`npm run docs:damage\`, which damages real dumps and asks verify-backup and the real tools about each.
**passes** means: exit code 0, the damage was not seen. **hangs**: it did not end within five seconds.

${formatTable(answers)}

## What nobody can see, and why

${WHY_UNDETECTED.map((line) => `- ${line}`).join('\n')}

\`npm run bench:damage\` damages every fixture 200,000 times at random and prints how much of it is not seen in each
format, and what a real restore makes of that.
`;
await writeFile(new URL('../docs/damage.md', import.meta.url), text);
console.log(text);
const wrong = answers.filter((answer) => !isRight(answer));
for (const { row, here } of wrong) console.log(`WRONG ${row.format}, ${row.damage}: ${here}`);
console.log(`rows: ${answers.length}`);
console.log(`wrong: ${wrong.length}`);
process.exitCode = wrong.length === 0 ? 0 : 1;
