import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { askTool } from './ask-tool.ts';
import { judgeStored } from './judge.ts';
import { writeStored } from './stored.ts';
import { type Row, type Tool, tableRows } from './table-rows.ts';

export const TOOLS: Tool[] = ['pg_restore -l', 'pg_restore -f /dev/null', 'gunzip -t'];

export type Answer = { row: Row; here: string; tools: Partial<Record<Tool, string>> };

/** Asks Lifeboat and the real tools about every row. */
export const answerAll = async (): Promise<Answer[]> => {
  const folder = await mkdtemp(join(tmpdir(), 'lifeboat-damage-'));
  const path = join(folder, 'backup');
  const answers: Answer[] = [];
  try {
    for (const row of tableRows()) {
      await writeStored(path, row.stored);
      const tools: Answer['tools'] = {};
      for (const tool of row.tools) tools[tool] = await askTool(tool, path);
      answers.push({ row, here: await judgeStored(row.name, row.stored), tools });
    }
    return answers;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

/** Whether the answer is the right one: damage is found, and what nobody can see is named as such. */
export const isRight = ({ row, here }: Answer): boolean =>
  row.unseen === undefined ? here.startsWith('fail') : here === 'pass';

const cells = ({ row, here, tools }: Answer): string[] => [
  row.format,
  row.damage,
  row.unseen === undefined ? here : `${here} (${row.unseen})`,
  ...TOOLS.map((tool) => {
    const said = tools[tool] ?? '–';
    return said === 'fails' || said === '–' ? said : `**${said}**`;
  }),
];

/** The table as Markdown. */
export const formatTable = (answers: Answer[]): string => {
  const head = ['format', 'damage', 'verify-backup', ...TOOLS.map((tool) => `\`${tool}\``)];
  const lines = [head, head.map(() => '---'), ...answers.map(cells)];
  return lines.map((line) => `| ${line.join(' | ')} |`).join('\n');
};
