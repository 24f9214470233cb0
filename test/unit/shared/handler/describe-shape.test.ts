import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { describeShape } from '../../../../shared/handler/describe-shape.ts';

const schema = z.strictObject({
  limit: z.number().int().min(1).max(9).optional(),
  rate: z.looseObject({ perSecond: z.number().positive() }).optional(),
  from: z.enum(['queue', 'quarantine']).optional(),
  since: z.iso.datetime().optional(),
  dryRun: z.boolean().optional(),
});

describe('describeShape', () => {
  it.each([
    [{ limit: 0 }, 'limit: must be at least 1'],
    [{ limit: 10 }, 'limit: must be at most 9'],
    [{ limit: '5' }, 'limit: must be a number'],
    [{ limit: 1.5 }, 'limit: must be a whole number'],
    [{ rate: 50 }, 'rate: must be an object'],
    [{ rate: { perSecond: 0 } }, 'rate.perSecond: must be more than 0'],
    [{ from: 'archive' }, 'from: must be one of queue, quarantine'],
    [{ since: 'yesterday' }, 'since: must be a time such as 2026-03-02T02:05:00Z'],
    [{ dryRun: 'true' }, 'dryRun: must be true or false'],
    [{ limt: 3, limit: 0 }, 'limit: must be at least 1; unknown: limt'],
    [[], 'must be an object'],
  ])('says of %j on one line what is wrong', (given, words) => {
    const { error } = schema.safeParse(given);
    expect(error && describeShape(error)).toBe(words);
  });
});
