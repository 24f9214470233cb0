import { createHandler } from '../../shared/handler/create-handler.ts';
import { readConfig } from '../../shared/handler/read-config.ts';
import { checkWal, walPolicies } from './check-wal.ts';
import { configSchema } from './config.ts';
import { buildServices } from './dependencies.ts';
import { parseInvocation } from './parse-invocation.ts';

export const handler = createHandler({
  build: () => buildServices(readConfig(configSchema, process.env)),

  onSchedule: (services, run) => checkWal(services, { rescan: false, deep: false }, run),

  onInvoke(services, payload, run) {
    const policies = walPolicies(services.plan).map(({ name }) => name);
    return checkWal(services, parseInvocation(payload, policies), run);
  },
});
