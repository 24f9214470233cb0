import * as z from 'zod';

/** A message that the receiver holds more than once, in the words of its database. */
const rowSchema = z.tuple([z.string().nullable()]).rest(z.string().nullable());

/** As many are read; whether there are more is then not known. */
export const MOST_ROWS = 100;

export const rowsSchema = z.array(rowSchema);

export type DuplicateRows = z.infer<typeof rowsSchema>;
