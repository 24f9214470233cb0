import { S3Client } from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { createJsonLedger } from '../../../../shared/json-ledger/json-ledger.ts';

const ledgerThatAnswers = (statusCode: number, code: string) => {
  const s3 = new S3Client({
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
    requestHandler: {
      handle: async () => {
        const body = Buffer.from(`<Error><Code>${code}</Code><Message>no</Message></Error>`);
        return { response: { statusCode, headers: {}, body } };
      },
    },
  });
  return createJsonLedger(s3, 'ledger');
};

describe('a record that another writer was first with', () => {
  it.each([
    ['changed', 412, 'PreconditionFailed'],
    ['is changing', 409, 'ConditionalRequestConflict'],
    // S3 answers so to If-Match, where there is no object any more.
    ['deleted', 404, 'NoSuchKey'],
  ])('is not written: %s', async (_, status, code) => {
    expect(await ledgerThatAnswers(status, code).write('a.json', {}, '"e"')).toBe(false);
  });

  it('is not confused with a bucket that is missing', async () => {
    const ledger = ledgerThatAnswers(404, 'NoSuchBucket');
    await expect(ledger.write('a.json', {}, '"e"')).rejects.toThrow();
  });
});
