import * as z from 'zod';

const NAME = '[0-9A-F]{24}';
const SEGMENTS =
  'must be the name of a WAL segment in quotes, "0000000100000000000000A7", or the first and the last of one timeline, "0000000100000000000000A7..0000000100000000000000AB"';
const ORDER = 'must go from a segment to the same or a later one of its timeline';
const SAID = 'must say it in words';
const UNTIL = 'must be a day such as 2027-01-31';

const inOrder = (text: string): boolean => {
  const [first = '', last = first] = text.split('..');
  return first.slice(0, 8) === last.slice(0, 8) && first <= last;
};

/** WAL segments that are known to be lost for ever, with who answers for that and until when. */
export const acknowledgedSchema = z
  .array(
    z.strictObject({
      segments: z
        .string({ error: SEGMENTS })
        .regex(new RegExp(`^${NAME}(\\.\\.${NAME})?$`), SEGMENTS)
        .refine(inOrder, ORDER)
        .transform((text) => {
          const [first = '', last = first] = text.split('..');
          return { first, last };
        })
        .describe(
          'One segment, or FIRST..LAST of one timeline. In quotes: YAML reads digits as a number.',
        ),
      owner: z.string().regex(/\S/, SAID).max(200).describe('Who answers for the loss.'),
      reason: z.string().regex(/\S/, SAID).max(500).describe('Why it cannot be mended.'),
      until: z.iso
        .date({ error: UNTIL })
        .describe(
          'The last day (UTC) of the acknowledgement; the gap is a failure again after it.',
        ),
    }),
  )
  .optional()
  .describe(
    'WAL only: segments that are known to be lost. They are named in every report and fail no check until the day is over.',
  );
