import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { alertDeliveryRequestSchema } from '../../../../events/alert-delivery-requested/v1.ts';
import { evidenceLinks } from '../../../../functions/route-alerts/evidence-links.ts';

const hrefs = (uri: string, region = 'us-east-1') =>
  evidenceLinks([uri], region).map(({ href }) => href);

describe('evidenceLinks', () => {
  it('leads to a folder, an object, or a whole bucket in the console', () => {
    const console = 'https://us-east-1.console.aws.amazonaws.com/s3';
    expect(hrefs('s3://backups/db/wal/')).toEqual([
      `${console}/buckets/backups?region=us-east-1&prefix=db%2Fwal%2F`,
    ]);
    expect(hrefs('s3://backups/db/full dump+é.sql.gz')).toEqual([
      `${console}/object/backups?region=us-east-1&prefix=db%2Ffull+dump%2B%C3%A9.sql.gz`,
    ]);
    expect(hrefs('s3://backups')).toEqual([`${console}/buckets/backups?region=us-east-1&prefix=`]);
  });

  it('knows the consoles of the other partitions', () => {
    expect(hrefs('s3://bbb/', 'cn-north-1')[0]).toMatch(/^https:\/\/console\.amazonaws\.cn\//);
    expect(hrefs('s3://bbb/', 'us-gov-west-1')[0]).toMatch(
      /^https:\/\/console\.amazonaws-us-gov\.com\//,
    );
  });

  it('leaves out what no page shows', () => {
    expect(hrefs('arn:aws:rds:us-east-1:123456789012:snapshot:a')).toEqual([]);
    expect(hrefs('http://example.com/')).toEqual([]);
    expect(hrefs('javascript:alert(1)')).toEqual([]);
  });

  it('lets the console choose where the subject has no Region', () => {
    expect(hrefs('s3://backups/', 'global')[0]).toMatch(
      /^https:\/\/console\.aws\.amazonaws\.com\//,
    );
  });

  it('gives each link once', () => {
    expect(evidenceLinks(['s3://backups/', 's3://backups/'], 'us-east-1')).toHaveLength(1);
  });

  it('gives links that a request may hold, whatever the evidence', () => {
    const text = fc.string({ unit: fc.oneof(fc.string({ maxLength: 2 }), fc.constant('\ud83d')) });
    const uri = fc.oneof(
      text,
      text.map((key) => `s3://backups/${key}`),
      text.map((bucket) => `s3://${bucket}`),
      text.map((rest) => `https://${rest}`),
    );
    fc.assert(
      fc.property(fc.array(uri, { maxLength: 20 }), text, (uris, region) => {
        const links = evidenceLinks(uris, region);
        expect(alertDeliveryRequestSchema.shape.links.parse(links)).toEqual(links);
      }),
      { numRuns: 2_000 },
    );
  });
});
