import * as z from 'zod';
import { secretSchema } from './secret-reference.ts';

const opensslSchema = z.strictObject({
  openssl: z.enum(['aes-256-cbc', 'aes-192-cbc', 'aes-128-cbc']),
  passphrase: secretSchema.describe(
    'The passphrase as a reference: ${ssm:/path} or ${secret:name}.',
  ),
  iterations: z
    .number()
    .int()
    .min(1)
    .max(10_000_000)
    .optional()
    .describe(
      'Of -pbkdf2, where -iter was given; without it 10,000 and both older ways are tried.',
    ),
});

const ageSchema = z.strictObject({
  age: secretSchema.describe(
    'The passphrase, or an identity file (AGE-SECRET-KEY-1…), as a reference: ${ssm:/path} or ${secret:name}.',
  ),
});

const gpgSchema = z.strictObject({
  gpg: secretSchema.describe(
    'The passphrase (gpg -c), or an armored private key, as a reference: ${ssm:/path} or ${secret:name}.',
  ),
  passphrase: secretSchema
    .optional()
    .describe('The passphrase of the private key, where it has one.'),
});

const COMPRESSIONS = ['gzip', 'zstd', 'lz4', 'xz', 'bzip2'] as const;

const layerSchema = z.union([z.enum(COMPRESSIONS), opensslSchema, ageSchema, gpgSchema], {
  error:
    'must be gzip, zstd, lz4, xz, bzip2, { openssl: aes-256-cbc, passphrase: "${ssm:/path}" }, { age: "${ssm:/path}" } or { gpg: "${ssm:/path}" }',
});

/** Nobody does more to a backup, and each layer costs memory and time. */
const MAX_LAYERS = 8;

export const encodingSchema = z
  .array(layerSchema)
  .max(MAX_LAYERS)
  .optional()
  .describe(
    'What was done to the bytes, in the order it was done: [gzip, { openssl: … }], [zstd, { age: … }].',
  );
