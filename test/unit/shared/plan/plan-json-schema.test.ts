import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { planJsonSchema } from '../../../../shared/plan/plan-json-schema.ts';
import { examplePlans } from '../../../support/plan-text.ts';

const COMMITTED = join(import.meta.dirname, '..', '..', '..', '..', 'plan.schema.json');
const validate = new Ajv({ strict: true, allowUnionTypes: true }).compile(planJsonSchema());
const isAccepted = (text: string): boolean => validate(parse(text));

describe('plan.schema.json', () => {
  it('is what `npm run plan -- schema` writes now', () => {
    const committed = readFileSync(COMMITTED, 'utf8');
    expect(committed).toBe(`${JSON.stringify(planJsonSchema(), null, 2)}\n`);
  });

  it.each(examplePlans())('accepts $file, which names it in its first line', ({ text }) => {
    expect(isAccepted(text), JSON.stringify(validate.errors)).toBe(true);
    expect(text).toMatch(/^# yaml-language-server: \$schema=\.\.\/plan\.schema\.json\n/);
  });

  it('accepts a variable of the environment wherever a text has a shape', () => {
    expect(
      isAccepted(`plan: test
objectives: { rpo: "\${env:RPO}" }
backups:
  db: { kind: pg-dump, location: "s3://\${env:BUCKET}/db/", retain: "\${env:KEEP}" }
  logs: { kind: files, location: "\${env:LOGS}", copies: ["\${env:LOG_COPY}"] }
webhooks: { w: { topic: "\${env:TOPIC}", endpoint: "\${env:ENDPOINT}" } }
alerts: { channels: { email: ["\${env:MAIL}"] } }`),
    ).toBe(true);
  });

  it.each([
    ['an unknown key', 'plan: test\nbackup: {}'],
    ['a bad duration', 'plan: test\nobjectives: { rpo: 15 minutes }'],
    ['an unknown kind', 'plan: test\nbackups: { a: { kind: dump, location: "s3://abc/" } }'],
    ['a missing location', 'plan: test\nbackups: { a: { kind: wal } }'],
    ['a name in capitals', 'plan: test\nbackups: { A: { kind: wal, location: "s3://abc/" } }'],
  ])('refuses %s', (_, text) => {
    expect(isAccepted(text)).toBe(false);
  });

  it('describes every section', () => {
    const { properties = {} } = planJsonSchema();
    for (const [name, section] of Object.entries(properties)) {
      expect(section, name).toHaveProperty('description');
    }
  });
});
