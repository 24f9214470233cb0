import * as z from 'zod';
import { checkEnvironment } from '../../shared/handler/function-environment.ts';

export const configSchema = checkEnvironment.extend({
  /** Names of the dead-letter queues of Lifeboat's own functions, with a blank between them. */
  OWN_DEAD_LETTERS: z
    .string()
    .regex(/^([\w-]{1,80}( |$))*$/, 'must be names of queues')
    .transform((text) => text.split(' ').filter((name) => name !== '')),
});

export type Config = z.infer<typeof configSchema>;
