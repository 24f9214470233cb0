import { createHandler } from '../../shared/handler/create-handler.ts';
import { readConfig } from '../../shared/handler/read-config.ts';
import { configSchema } from './config.ts';
import { buildServices } from './dependencies.ts';
import { letHeapGrow } from './let-heap-grow.ts';
import { measureReads } from './measure-reads.ts';
import { parseInvocation, parseTargets } from './parse-targets.ts';
import { sweepProblems } from './sweep-problems.ts';
import { verifyObject } from './verify-object.ts';

letHeapGrow();

export const handler = createHandler({
  build: () => buildServices(readConfig(configSchema, process.env)),

  async onMessage(services, { body, receives }, run) {
    const [target, ...more] = parseTargets(body);
    if (target === undefined) return;
    if (more.length > 0) {
      // Each object becomes a message of its own: it can then fail and be retried alone.
      await services.enqueue([target, ...more]);
      return;
    }
    const correlationId = target.correlationId ?? run.correlationId;
    const options = { isAgain: receives > 1 };
    const { outcome } = await verifyObject(services, target, { ...run, correlationId }, options);
    run.log.info('A message was processed', { outcome });
  },

  async onSchedule(services, run) {
    const swept = await sweepProblems(services, run);
    const measured = await measureReads(services, run);
    if (measured > 0) run.log.info('What was read in a week was measured', { backups: measured });
    return swept;
  },

  async onInvoke(services, payload, run) {
    const { force, ...target } = parseInvocation(payload);
    return verifyObject(services, target, run, { force });
  },
});
