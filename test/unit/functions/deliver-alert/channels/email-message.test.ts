import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  asciiSubject,
  emailBody,
  emailSubject,
} from '../../../../../functions/deliver-alert/channels/email-message.ts';
import { makeRequest } from '../../../../support/alert-requests.ts';
import { generatedRequests } from '../../../../support/generated-requests.ts';

describe('subjects', () => {
  it('are one line of printable ASCII, shorter than 100, for SNS', () => {
    fc.assert(
      fc.property(generatedRequests, (request) => {
        expect(asciiSubject(request)).toMatch(/^\[[\x20-\x7e]{1,98}$/);
      }),
      { numRuns: 500 },
    );
  });

  it('hold no line break, for SES', () => {
    fc.assert(
      fc.property(generatedRequests, (request) => {
        const subject = emailSubject(request);
        expect(subject).not.toMatch(/[\r\n\0]/);
        expect(subject.length).toBeLessThanOrEqual(200);
        expect(subject.isWellFormed()).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('cannot be made to begin another header', () => {
    const request = makeRequest({ action: 'open', title: 'backup\r\nBcc: everyone@example.com' });
    expect(emailSubject(request)).toBe('[CRITICAL] backup Bcc: everyone@example.com');
  });

  it('keep what accents stand on', () => {
    const request = makeRequest({ action: 'resolve', title: 'Übersicht: café 🔥' });
    expect(asciiSubject(request)).toBe('[RESOLVED] Ubersicht: cafe ?');
  });
});

describe('emailBody', () => {
  it('says what happened, what to do, and where to look', () => {
    const body = emailBody(makeRequest());
    expect(body).toContain('the newest segment is 31m old');
    expect(body).toContain('What to do:\nLook at the server');
    expect(body).toContain('About:      backup wal in us-east-1');
    expect(body).toContain('https://us-east-1.console.aws.amazonaws.com/');
  });
});
