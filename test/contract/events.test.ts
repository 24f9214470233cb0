import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import {
  ALERT_DELIVERY_REQUESTED,
  alertDeliveryRequestedSchema,
} from '../../events/alert-delivery-requested/v1.ts';
import {
  BACKUP_VERIFY_REQUESTED,
  backupVerifyRequestedSchema,
} from '../../events/backup-verify-requested/v1.ts';
import { CHECK_REPORTED, checkReportedSchema } from '../../events/check-reported/v1.ts';
import { envelopeSchema } from '../../events/envelope.ts';
import { REPLAY_ENDED, replayEndedSchema } from '../../events/replay-ended/v1.ts';
import { REPLAY_PROGRESSED, replayProgressedSchema } from '../../events/replay-progressed/v1.ts';
import { REPLAY_REQUESTED, replayRequestedSchema } from '../../events/replay-requested/v1.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const EVENTS = join(ROOT, 'events');

/** Every version of every event, by the folder and the file that define it. */
const CONTRACT: Record<string, { type: string; schema: z.ZodType }> = {
  'alert-delivery-requested/v1': {
    type: ALERT_DELIVERY_REQUESTED,
    schema: alertDeliveryRequestedSchema,
  },
  'backup-verify-requested/v1': {
    type: BACKUP_VERIFY_REQUESTED,
    schema: backupVerifyRequestedSchema,
  },
  'check-reported/v1': { type: CHECK_REPORTED, schema: checkReportedSchema },
  'replay-ended/v1': { type: REPLAY_ENDED, schema: replayEndedSchema },
  'replay-progressed/v1': { type: REPLAY_PROGRESSED, schema: replayProgressedSchema },
  'replay-requested/v1': { type: REPLAY_REQUESTED, schema: replayRequestedSchema },
};
const versions = Object.entries(CONTRACT).map(([version, contract]) => ({ version, ...contract }));

const read = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8'));
const samplesOf = (version: string) =>
  readdirSync(join(EVENTS, `${version}.samples`)).map((name) => ({
    version,
    name,
    sample: read(join(EVENTS, `${version}.samples`, name)),
    isValid: !name.startsWith('invalid-'),
  }));
const samples = versions.flatMap(({ version }) => samplesOf(version));
const valid = samples.filter(({ isValid }) => isValid);
const invalid = samples.filter(({ isValid }) => !isValid);

const schemaOf = (version: string): z.ZodType => CONTRACT[version]?.schema ?? z.never();

/** A copy with an unknown field in every object. */
const withUnknownFields = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(withUnknownFields);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, item]) => [key, withUnknownFields(item)]);
  return { ...Object.fromEntries(entries), fromALaterVersion: { nested: [1] } };
};

const FOLDERS_WITHOUT_SOURCE = /^(node_modules|coverage|\..*)$/;
const jsonFilesBelow = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory())
      return FOLDERS_WITHOUT_SOURCE.test(entry.name) ? [] : jsonFilesBelow(path);
    return entry.isFile() && entry.name.endsWith('.json') ? [path] : [];
  });

describe('the contract', () => {
  it('lists every version of every event that there is', () => {
    const found = readdirSync(EVENTS, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .flatMap(({ name }) =>
        readdirSync(join(EVENTS, name))
          .filter((file) => /^v\d+\.ts$/.test(file))
          .map((file) => `${name}/${file.replace('.ts', '')}`),
      );
    expect(found.sort()).toEqual(Object.keys(CONTRACT).sort());
  });

  it.each(versions)('$version has valid and invalid samples, and nothing else', ({ version }) => {
    const kinds = samplesOf(version).map(({ isValid }) => isValid);
    expect(kinds).toContain(true);
    expect(kinds).toContain(false);
    for (const { name } of samplesOf(version)) expect(name).toMatch(/^[a-z0-9-]+\.json$/);
  });

  it.each(versions)('$version is the folder that its type names', ({ version, type }) => {
    const [, noun = '', verbed = '', major = ''] =
      /^lifeboat\.([^.]+)\.([^.]+)\.(v\d+)$/.exec(type) ?? [];
    expect(`${noun}-${verbed}/${major}`).toBe(version);
  });

  it('has no second copy of a payload anywhere', () => {
    const copies = jsonFilesBelow(ROOT)
      .filter((file) => !file.startsWith(EVENTS))
      .filter((file) => readFileSync(file, 'utf8').includes('"specversion"'))
      .map((file) => relative(ROOT, file));
    expect(copies).toEqual([]);
  });
});

describe('a valid sample', () => {
  it.each(valid)('$version $name parses, and loses nothing by it', ({ version, sample }) => {
    expect(schemaOf(version).parse(sample)).toMatchObject(Object(sample));
    expect(envelopeSchema.parse(sample)).toMatchObject({ type: CONTRACT[version]?.type });
  });

  it.each(valid)('$version $name parses with unknown fields everywhere', ({ version, sample }) => {
    const later = withUnknownFields(sample);
    expect(schemaOf(version).parse(later)).toMatchObject(Object(later));
  });

  it.each(valid)('$version $name belongs to no other event', ({ version, sample }) => {
    const others = versions.filter((other) => other.version !== version);
    for (const { schema } of others) expect(schema.safeParse(sample).success).toBe(false);
  });
});

describe('an invalid sample', () => {
  it.each(invalid)('$version $name fails, for one reason', ({ version, sample }) => {
    const { success, error } = schemaOf(version).safeParse(sample);
    expect(success).toBe(false);
    expect(error?.issues).toHaveLength(1);
  });

  it.each(invalid)(
    '$version $name names what is wrong in its file name',
    ({ version, name, sample }) => {
      const { error } = schemaOf(version).safeParse(sample);
      const field = error?.issues[0]?.path.findLast((step) => typeof step === 'string');
      const words = name.replace(/^invalid-|\.json$/g, '').replaceAll('-', '');
      expect(words.toLowerCase()).toContain(String(field).toLowerCase().replace('planid', 'plan'));
    },
  );
});
