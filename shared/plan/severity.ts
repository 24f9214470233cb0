import * as z from 'zod';

/** How loud a broken promise is. */
export const severitySchema = z.enum(['critical', 'warning']);
