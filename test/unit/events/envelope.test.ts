import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { envelopeSchema, eventSchema } from '../../../events/envelope.ts';
import { readSample } from '../../support/samples.ts';

const sample = readSample('check-reported/v1', 'wal-gap');
const issuesOf = (change: Record<string, unknown>): string[] =>
  envelopeSchema
    .safeParse({ ...sample, ...change })
    .error?.issues.map(({ path }) => path.join('.')) ?? [];

describe('envelopeSchema', () => {
  it('takes what CloudEvents 1.0 and the three extensions ask for', () => {
    expect(issuesOf({})).toEqual([]);
  });

  it.each(Object.keys(sample))('wants %s', (attribute) => {
    expect(issuesOf({ [attribute]: undefined })).toEqual([attribute]);
  });

  it.each([
    ['specversion', '0.3'],
    ['id', ''],
    ['source', 'check-wal'],
    ['type', 'check.reported'],
    ['type', 'lifeboat.check.reported'],
    ['time', 'yesterday'],
    ['time', '2026-03-02T02:05:00+01:00'],
    ['datacontenttype', 'text/plain'],
    ['plandigest', 'sha256:ABC'],
    ['data', 'text'],
  ])('refuses %s = %j', (attribute, value) => {
    expect(issuesOf({ [attribute]: value })).toEqual([attribute]);
  });

  it('keeps attributes that it does not know', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^x[a-z0-9]{1,19}$/), fc.jsonValue(), (name, value) => {
        expect(envelopeSchema.parse({ ...sample, [name]: value })[name]).toEqual(value);
      }),
    );
  });

  it('answers anything', () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        expect(envelopeSchema.safeParse(value).success).toBe(false);
      }),
    );
  });
});

describe('eventSchema', () => {
  const schema = eventSchema('lifeboat.test.done.v1', z.looseObject({ count: z.number() }));

  it('fixes the type and types the data', () => {
    const event = { ...sample, type: 'lifeboat.test.done.v1', data: { count: 1, more: true } };
    expect(schema.parse(event)).toEqual(event);
    expect(schema.safeParse({ ...event, type: sample.type }).success).toBe(false);
    expect(schema.safeParse({ ...event, data: {} }).success).toBe(false);
  });
});
