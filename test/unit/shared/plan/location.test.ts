import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatLocation, parseLocation } from '../../../../shared/plan/location.ts';

describe('parseLocation', () => {
  it.each([
    ['s3://backups', { bucket: 'backups', prefix: '' }],
    ['s3://backups/', { bucket: 'backups', prefix: '' }],
    ['s3://backups/db/full/', { bucket: 'backups', prefix: 'db/full/' }],
    ['s3://backups/db/full', { bucket: 'backups', prefix: 'db/full/' }],
    ['s3://a.b-c/Größe + x/', { bucket: 'a.b-c', prefix: 'Größe + x/' }],
  ])('reads %s as a folder', (text, location) => {
    expect(parseLocation(text)).toEqual(location);
  });

  it.each([
    '',
    'backups/db',
    's3:/backups',
    'S3://backups/',
    's3://',
    's3://ab/',
    's3://Backups/',
    's3://-backups/',
    's3:///db/',
    's3://backups//db/',
    's3://backups/db//full/',
    'https://backups.s3.amazonaws.com/',
    `s3://${'b'.repeat(64)}/`,
    `s3://backups/${'k'.repeat(1_024)}/`,
  ])('refuses %j', (text) => {
    expect(parseLocation(text)).toBeUndefined();
  });

  it('writes what reads back as the same', () => {
    const part = fc.stringMatching(/^[^/]{1,12}$/);
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z0-9]{3,20}$/), fc.array(part), (bucket, parts) => {
        const location = { bucket, prefix: parts.map((name) => `${name}/`).join('') };
        expect(parseLocation(formatLocation(location))).toEqual(location);
      }),
    );
  });
});
