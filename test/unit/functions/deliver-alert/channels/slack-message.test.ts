import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { slackMessage } from '../../../../../functions/deliver-alert/channels/slack-message.ts';
import { slackText } from '../../../../../functions/deliver-alert/channels/slack-text.ts';
import { judgeSlack } from '../../../../../local/alert-judges/slack.ts';
import { makeRequest } from '../../../../support/alert-requests.ts';
import { generatedRequests } from '../../../../support/generated-requests.ts';

const readBack = (text: string): string =>
  text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');

describe('slackText', () => {
  it('escapes what Slack would act on', () => {
    expect(slackText('<!channel> & <@U1>', 100)).toBe('&lt;!channel&gt; &amp; &lt;@U1&gt;');
  });

  it('is as long as allowed, and holds the beginning of the text unharmed', () => {
    fc.assert(
      fc.property(
        fc.string({
          unit: fc.oneof(
            fc.constantFrom('&', '<', '>', '🔥', '\ud83d'),
            fc.string({ maxLength: 1 }),
          ),
        }),
        fc.integer({ min: 1, max: 60 }),
        (text, limit) => {
          const shown = slackText(text, limit);
          expect(shown.length).toBeLessThanOrEqual(limit);
          expect(shown.isWellFormed()).toBe(true);
          const plain = readBack(shown);
          const given = text.toWellFormed();
          if (plain !== given) expect(given.startsWith(plain.replace(/…$/, ''))).toBe(true);
        },
      ),
      { numRuns: 1_000 },
    );
  });
});

describe('slackMessage', () => {
  it('is accepted by Slack, whatever is in it', () => {
    fc.assert(
      fc.property(generatedRequests, (request) => {
        const judged = judgeSlack({
          path: '/slack/',
          headers: { 'content-type': 'application/json' },
          text: JSON.stringify(slackMessage(request)),
        });
        expect(judged.problem).toBeUndefined();
      }),
      { numRuns: 500 },
    );
  });

  it('is accepted where everything is as long as can be', () => {
    const long = '<'.repeat(1_024);
    const request = makeRequest({
      title: long,
      summary: long,
      recommendation: long.repeat(9),
      check: long,
      subject: { kind: long, id: long, region: long },
      links: Array(10).fill({ href: `https://example.com/?${'&'.repeat(480)}`, text: long }),
    });
    const text = JSON.stringify(slackMessage(request));
    const headers = { 'content-type': 'application/json' };
    expect(judgeSlack({ path: '/slack/', headers, text }).problem).toBeUndefined();
  });

  it('says what it is, what to do, and where', () => {
    const text = JSON.stringify(slackMessage(makeRequest()));
    expect(text).toContain('[CRITICAL, has become worse] mailblast: wal: the newest segment');
    expect(text).toContain('What to do: Look at the server');
    expect(text).toContain('<https://us-east-1.console.aws.amazonaws.com/s3/buckets/backups');
    expect(text).toContain('wal-freshness');
  });

  it('leaves out advice where there is none', () => {
    const { blocks } = slackMessage(makeRequest({ action: 'resolve', recommendation: '' }));
    expect(JSON.stringify(blocks)).not.toContain('What to do');
  });
});
