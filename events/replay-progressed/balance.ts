import * as z from 'zod';

const count = z.number().int();

/** `received` = `done` + `duplicates` + `quarantined` + `unknown` + `pending`. */
export const balanceSchema = z
  .looseObject({
    received: count,
    done: count,
    duplicates: count,
    quarantined: count,
    unknown: count,
    pending: count,
  })
  .refine((b) => b.received === b.done + b.duplicates + b.quarantined + b.unknown + b.pending, {
    path: ['received'],
    message: 'must be the sum of all others',
  });
