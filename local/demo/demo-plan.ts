import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseDocument } from 'yaml';

/** The account that the emulator is. */
const ACCOUNT = '000000000000';
const WEBHOOK = ['webhooks', 'ses-events'];

type Addresses = { pagerdutyUrl: string; webhookUrl: string };

/**
 * MailBlast's plan with three things changed: PagerDuty and the webhook endpoint are on this machine, and
 * the account is the emulator's. (Slack's address is a secret that the plan only refers to, so the demo
 * puts it into the local SSM instead.)
 */
export const writeDemoPlan = async (
  planFile: string,
  dir: string,
  { pagerdutyUrl, webhookUrl }: Addresses,
): Promise<string> => {
  const document = parseDocument(await readFile(planFile, 'utf8'));
  document.setIn(['alerts', 'channels', 'pagerduty', 'url'], pagerdutyUrl);
  document.setIn([...WEBHOOK, 'endpoint'], webhookUrl);
  for (const path of [
    [...WEBHOOK, 'topic'],
    [...WEBHOOK, 'dead-letters', 'queue'],
  ]) {
    document.setIn(path, String(document.getIn(path)).replace('123456789012', ACCOUNT));
  }
  await mkdir(dir, { recursive: true });
  const file = join(dir, 'mailblast.yml');
  await writeFile(file, document.toString());
  return file;
};
