import * as z from 'zod';
import { durationSchema } from './duration.ts';
import { nameSchema } from './name.ts';
import { secretSchema } from './secret-reference.ts';

const address = z.email({ error: 'must be an e-mail address' });
const addresses = z.array(address).min(1);

/** A channel is of the kind that its fields say; `kind` only spells it out. */
const channelSchema = z.union(
  [
    addresses.describe('E-mail through an SNS topic that the deploy creates.'),
    z.strictObject({
      kind: z.literal('email').optional(),
      to: addresses.describe('Who gets the mail.'),
      from: address.describe('A sender that SES has verified.'),
    }),
    z.strictObject({
      kind: z.literal('slack').optional(),
      webhook: secretSchema.describe('The incoming webhook, as ${ssm:/path} or ${secret:name}.'),
    }),
    z.strictObject({
      kind: z.literal('pagerduty').optional(),
      'routing-key': secretSchema.describe('The integration key of an Events API v2 service.'),
      url: z
        .url({ protocol: /^https?$/, error: 'must be an https URL' })
        .describe('Another Events API v2 endpoint than PagerDuty itself.')
        .optional(),
    }),
    z.strictObject({
      kind: z.literal('webhook').optional(),
      url: secretSchema.describe('Where to POST; it may be a reference.'),
      secret: secretSchema.describe('The key of the HMAC-SHA256 signature.'),
    }),
    z.strictObject({
      kind: z.literal('statuspage').optional(),
      page: z.string().min(1).describe('The id of the page.'),
      token: secretSchema.describe('The API key, as ${ssm:/path} or ${secret:name}.'),
    }),
  ],
  {
    error:
      'must be a list of e-mail addresses or a map: { webhook } for Slack, { routing-key } for PagerDuty, { url, secret } for a webhook, { page, token } for Statuspage, { to, from } for SES',
  },
);

export type ChannelFile = z.infer<typeof channelSchema>;

const routeSchema = z.array(nameSchema).default([]);

export const alertsSchema = z.strictObject({
  channels: z.record(nameSchema, channelSchema).default({}).describe('Where alerts go, by name.'),
  routes: z
    .strictObject({
      critical: routeSchema.describe('The channels that are told what is critical.'),
      warning: routeSchema.describe('The channels that are told what is a warning.'),
    })
    .default({ critical: [], warning: [] })
    .describe('Which channels are told at which severity.'),
  repeat: z
    .strictObject({
      critical: durationSchema.default(3_600),
      warning: durationSchema.default(86_400),
    })
    .default({ critical: 3_600, warning: 86_400 })
    .describe('How often an alert that stays open is told again.'),
  'unknown-after': durationSchema
    .default(3_600)
    .describe('A check that could not look for this long is a warning.'),
});
