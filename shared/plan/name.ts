import * as z from 'zod';

/** Names become parts of queue names and of event subjects. */
export const nameSchema = z
  .string()
  .regex(
    /^[a-z][a-z0-9-]{0,39}$/,
    'must be lower-case letters, digits and dashes, at most 40, starting with a letter',
  );
