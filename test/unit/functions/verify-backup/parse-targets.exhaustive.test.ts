import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  parseInvocation,
  parseTargets,
} from '../../../../functions/verify-backup/parse-targets.ts';

const record = (
  changes: { key?: string; versionId?: string; eventName?: string; bucket?: string } = {},
) => ({
  eventVersion: '2.1',
  eventSource: 'aws:s3',
  eventName: changes.eventName ?? 'ObjectCreated:Put',
  s3: {
    bucket: { name: changes.bucket ?? 'backups', arn: 'arn:aws:s3:::backups' },
    object: {
      key: changes.key ?? 'db/full/a.sql.gz',
      size: 1,
      ...(changes.versionId && { versionId: changes.versionId }),
    },
  },
});
const notification = (...records: unknown[]) => JSON.stringify({ Records: records });
const reasonOf = (body: string): unknown => {
  try {
    parseTargets(body);
    return undefined;
  } catch (error) {
    return error instanceof Error && 'reason' in error ? error.reason : error;
  }
};

describe('the objects that a message names', () => {
  it('are those of an S3 notification', () => {
    expect(parseTargets(notification(record({ versionId: 'v1' })))).toEqual([
      { bucket: 'backups', key: 'db/full/a.sql.gz', versionId: 'v1', cause: 'created' },
    ]);
  });

  it.each([
    ['db/full/s%C3%B6ndag+1%2B1.sql.gz', 'db/full/söndag 1+1.sql.gz'],
    ['db/full/a+b.sql', 'db/full/a b.sql'],
    ['db/full/100%25.sql', 'db/full/100%.sql'],
    ['db/full/%E6%97%A5%E6%9C%AC.sql', 'db/full/日本.sql'],
  ])('%s is the key %s', (encoded, key) => {
    expect(parseTargets(notification(record({ key: encoded })))[0]?.key).toBe(key);
  });

  it('have no version where the bucket keeps none', () => {
    expect(parseTargets(notification(record({ versionId: 'null' })))[0]?.versionId).toBeUndefined();
  });

  it('are all 300 of a message with 300 records', () => {
    const records = Array.from({ length: 300 }, (_, index) => record({ key: `db/full/${index}` }));
    expect(parseTargets(notification(...records)).map(({ key }) => key)).toEqual(
      records.map((_, index) => `db/full/${index}`),
    );
  });

  it('are the same when SNS carried the notification', () => {
    const message = notification(record());
    expect(
      parseTargets(JSON.stringify({ Type: 'Notification', MessageId: 'x', Message: message })),
    ).toEqual(parseTargets(message));
  });

  it('are those of an EventBridge event, whose key is not encoded', () => {
    const event = {
      source: 'aws.s3',
      'detail-type': 'Object Created',
      detail: {
        bucket: { name: 'backups' },
        object: { key: 'db/full/a+b c.sql', 'version-id': 'v2' },
      },
    };
    expect(parseTargets(JSON.stringify(event))).toEqual([
      { bucket: 'backups', key: 'db/full/a+b c.sql', versionId: 'v2', cause: 'created' },
    ]);
    expect(parseTargets(JSON.stringify({ ...event, 'detail-type': 'Object Deleted' }))).toEqual([]);
  });

  it('are those of a command', () => {
    const url = new URL(
      '../../../../events/backup-verify-requested/v1.samples/non-ascii-key.json',
      import.meta.url,
    );
    const [target] = parseTargets(readFileSync(url, 'utf8'));
    expect(target).toMatchObject({
      bucket: 'backups',
      key: 'mailblast/db/full/söndag 1+1.sql.gz',
      cause: 'unannounced',
    });
  });

  it('are none for a test event of S3 and for what was removed', () => {
    expect(
      parseTargets('{"Service":"Amazon S3","Event":"s3:TestEvent","Bucket":"backups"}'),
    ).toEqual([]);
    expect(parseTargets(notification(record({ eventName: 'ObjectRemoved:Delete' })))).toEqual([]);
  });

  it.each([
    ['not JSON', 'backup done', 'not-json'],
    ['a list', '[]', 'invalid-shape'],
    ['nothing', '{}', 'unknown-message'],
    ['another service', '{"Records":[{"eventSource":"aws:sqs"}]}', 'unknown-message'],
    ['no records', '{"Records":[]}', 'unknown-message'],
    [
      'a record without a key',
      notification({ eventSource: 'aws:s3', eventName: 'x', s3: {} }),
      'unknown-message',
    ],
    ['a key that is not URL-encoded', notification(record({ key: '100%' })), 'invalid-key'],
  ])('cannot be told from %s', (_, body, reason) => {
    expect(reasonOf(body)).toBe(reason);
  });

  it('of any message are a list or a named reason', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.json(),
          fc.string(),
          fc.string().map((key) => notification(record({ key }))),
        ),
        (body) => {
          const reason = reasonOf(body);
          expect(reason === undefined || typeof reason === 'string').toBe(true);
        },
      ),
      { numRuns: 3_000 },
    );
  });

  it('pass over the marker of a folder', () => {
    expect(parseTargets(notification(record({ key: 'db/full/' })))).toEqual([]);
  });

  it('survive the way that S3 encodes them', () => {
    const encode = (key: string) => encodeURIComponent(key).replaceAll('%20', '+');
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (key) => {
        const named = key.endsWith('/') ? undefined : key;
        expect(parseTargets(notification(record({ key: encode(key) })))[0]?.key).toBe(named);
      }),
    );
  });
});

describe('what sls invoke was given', () => {
  it('names an object', () => {
    expect(parseInvocation({ bucket: 'backups', key: 'a b' })).toEqual({
      bucket: 'backups',
      key: 'a b',
      cause: 'manual',
      force: false,
    });
  });

  it.each([
    [{}],
    [null],
    [{ bucket: 'backups' }],
    [{ bucket: 'backups', key: 'a', kye: 1 }],
    ['s3://backups/a'],
  ])('%j is refused with what would be right', (payload) => {
    expect(() => parseInvocation(payload)).toThrow(
      'The payload must be {"bucket": "…", "key": "…"',
    );
  });
});
