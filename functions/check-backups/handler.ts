import { createHandler } from '../../shared/handler/create-handler.ts';
import { readConfig } from '../../shared/handler/read-config.ts';
import { checkBackups } from './check-backups.ts';
import { configSchema } from './config.ts';
import { buildServices } from './dependencies.ts';
import { parseInvocation } from './parse-invocation.ts';

export const handler = createHandler({
  build: () => buildServices(readConfig(configSchema, process.env)),

  async onSchedule(services, run) {
    const { sentToVerify, requests } = await checkBackups(
      services,
      parseInvocation({}, services.plan),
      run,
    );
    return { sentToVerify, requests };
  },

  onInvoke: (services, payload, run) =>
    checkBackups(services, parseInvocation(payload, services.plan), run),
});
