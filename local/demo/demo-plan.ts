import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseDocument } from 'yaml';

/**
 * MailBlast's plan with one thing changed: PagerDuty is on this machine. (Slack's address is a secret
 * that the plan only refers to, so the demo puts it into the local SSM instead.)
 */
export const writeDemoPlan = async (
  planFile: string,
  dir: string,
  pagerdutyUrl: string,
): Promise<string> => {
  const document = parseDocument(await readFile(planFile, 'utf8'));
  document.setIn(['alerts', 'channels', 'pagerduty', 'url'], pagerdutyUrl);
  await mkdir(dir, { recursive: true });
  const file = join(dir, 'mailblast.yml');
  await writeFile(file, document.toString());
  return file;
};
