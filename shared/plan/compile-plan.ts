import { compileBackup } from './compile-backup.ts';
import { compileChannel } from './compile-channel.ts';
import { compileWebhook } from './compile-webhook.ts';
import type { Plan } from './plan.ts';
import type { PlanFile } from './schema.ts';

/** Turns a parsed file into the shape that the functions use. Pure; it cannot fail. */
export const compilePlan = (file: PlanFile, digest: string): Plan => ({
  name: file.plan,
  digest,
  objectives: { rpoSeconds: file.objectives.rpo, rtoSeconds: file.objectives.rto },
  backups: Object.entries(file.backups).map(([name, backup]) => compileBackup(name, backup)),
  webhooks: Object.entries(file.webhooks).map(([name, webhook]) => compileWebhook(name, webhook)),
  alerts: {
    channels: Object.entries(file.alerts.channels).map(([name, channel]) =>
      compileChannel(name, channel),
    ),
    routes: file.alerts.routes,
    repeatSeconds: file.alerts.repeat,
    unknownAfterSeconds: file.alerts['unknown-after'],
  },
});
