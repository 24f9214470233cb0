import type * as z from 'zod';
import { checkEnvironment } from '../../shared/handler/function-environment.ts';

export const configSchema = checkEnvironment;

export type Config = z.infer<typeof configSchema>;
