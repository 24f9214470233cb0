import { describe, expect, it } from 'vitest';
import cancel from '../../../../events/replay-requested/v1.samples/cancel.json' with {
  type: 'json',
};
import careful from '../../../../events/replay-requested/v1.samples/careful.json' with {
  type: 'json',
};
import resume from '../../../../events/replay-requested/v1.samples/resume.json' with {
  type: 'json',
};
import {
  parseCommand,
  parseInvocation,
} from '../../../../functions/replay-dead-letters/parse-command.ts';

const KNOWN =
  'known are action, run, webhook, from, destination, dryRun, filter, limit, rate, concurrency, canary, stopAtErrorRate, maxAttempts, timeoutSeconds, pageIsSuccess, transform, maxHops';
const RESUME = 'to resume takes the run alone, which keeps the options that it was started with';

const WRONG: [object, string][] = [
  [{ webhook: 'w', limt: 3 }, `limt: unknown; ${KNOWN}`],
  [
    { webhook: 'w', filter: { type: 'Bounce' } },
    'filter.type: unknown; known are types, since, until, where',
  ],
  [
    { webhook: 'w', rate: { perSecond: 5, rampUp: 1 } },
    'rate.rampUp: unknown; known are perSecond, rampUpSeconds',
  ],
  [
    { webhook: 'w', destination: { kind: 'queue', arn: 'arn:a', uri: 'https://a' } },
    'destination.uri: unknown; known are kind, url, arn',
  ],
  [{ action: 'resume', run: 'a-run', rate: { perSecond: 5 } }, `rate: ${RESUME}`],
];

describe('a command with an option that nobody knows', () => {
  it.each(WRONG)('is refused by hand: %j', (data, words) => {
    expect(() => parseInvocation(data)).toThrow(words);
  });

  it.each(WRONG)('is refused as a whole command, by hand and on the queue: %j', (data, words) => {
    const event = { ...careful, data };
    expect(() => parseInvocation(event)).toThrow(words);
    expect(() => parseCommand(JSON.stringify(event))).toThrow(words);
  });

  it('may name options of a run that it resumes as long as they are the defaults', () => {
    expect(parseInvocation(resume).request.action).toBe('resume');
    expect(parseInvocation(cancel).request.action).toBe('cancel');
  });

  it('names no option that only the function itself has', () => {
    expect(KNOWN).not.toMatch(/hop|openings|idleHops/);
    const data = { action: 'continue', run: 'a-run', hop: 3, openings: 1, idleHops: 0 };
    expect(parseCommand(JSON.stringify({ ...careful, data })).request).toMatchObject(data);
  });
});
