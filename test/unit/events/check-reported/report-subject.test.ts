import { describe, expect, it } from 'vitest';
import { reportSubject } from '../../../../events/check-reported/report-subject.ts';
import { envelopeSchema } from '../../../../events/envelope.ts';
import { readSample } from '../../../support/samples.ts';

describe('reportSubject', () => {
  it('names the check and the thing', () => {
    expect(reportSubject('wal-continuity', { kind: 'backup', id: 'wal' })).toBe(
      readSample('check-reported/v1', 'wal-gap').subject,
    );
  });

  it('fits an envelope whatever the length of a key', () => {
    const subject = reportSubject('backup-integrity', { kind: 'object', id: 'k'.repeat(4_000) });
    expect(envelopeSchema.shape.subject.safeParse(subject).success).toBe(true);
  });
});
