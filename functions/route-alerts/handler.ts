import { checkReportedSchema } from '../../events/check-reported/v1.ts';
import { createHandler } from '../../shared/handler/create-handler.ts';
import { parseMessage } from '../../shared/handler/parse-message.ts';
import { readConfig } from '../../shared/handler/read-config.ts';
import { configSchema } from './config.ts';
import { buildServices } from './dependencies.ts';
import { routeReport } from './route-report.ts';

export const handler = createHandler({
  build: () => buildServices(readConfig(configSchema, process.env)),

  async onMessage(services, { body }, run) {
    const event = parseMessage(body, checkReportedSchema);
    const routed = await routeReport(services, event, run.now());
    const { check, subject } = event.data;
    run.log.info('A report was routed', { ...routed, check, subjectId: subject.id });
  },
});
