import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadPlan } from '../../../../shared/plan/load-plan.ts';
import { PlanError } from '../../../../shared/plan/plan-problem.ts';
import { problemOf, problemsOf, readPlan } from '../../../support/plan-text.ts';

const withBackup = (fields: string): string =>
  `plan: test\nbackups:\n  db:\n    kind: pg-dump\n    location: s3://backups/db/\n${fields}`;

describe('parsePlan names the place of', () => {
  it('an unknown key and the nearest name', () => {
    expect(problemOf(withBackup('    shedule: daily\n'))).toBe(
      '6:5 backups.db.shedule: unknown key "shedule"; did you mean "schedule"?',
    );
  });

  it('an unknown key of another kind of backup, without suggesting it', () => {
    const text = 'plan: test\nbackups:\n  x: { kind: rds-snapshot, source: db, match: "*" }';
    expect(problemOf(text)).toMatch(
      /^3:40 backups.x.match: unknown key "match"; known here: kind, source, schedule, /,
    );
    expect(problemOf(text)).not.toContain('did you mean');
  });

  it('an unknown section', () => {
    expect(problemOf('plan: test\nbackup: {}')).toBe(
      '2:1 backup: unknown key "backup"; did you mean "backups"?',
    );
  });

  it.each([
    ['30 days', '"30 days"'],
    ['30', '30'],
    ['0h', '"0h"'],
    ['200y', '"200y"'],
  ])('the bad duration %s', (text, shown) => {
    expect(problemOf(withBackup(`    fresh: { within: ${text} }\n`))).toBe(
      `6:14 backups.db.fresh.within: must be a duration such as 15m, 26h or 30d, at most 100y, not ${shown}`,
    );
  });

  it('a route to a channel that is not there', () => {
    const text = `plan: test
alerts:
  channels: { slack: { webhook: "\${ssm:/slack}" } }
  routes:
    critical: [slack]
    warning: [slak]`;
    expect(problemOf(text)).toBe(
      '6:15 alerts.routes.warning.0: no channel is named "slak"; did you mean "slack"?',
    );
  });

  it('a key that stands there twice', () => {
    expect(problemOf(withBackup('    kind: wal\n'))).toBe('6:5 : the key "kind" stands here twice');
  });

  it('a missing key, at the map that lacks it', () => {
    expect(problemOf('plan: test\nbackups:\n  db:\n    kind: wal')).toBe(
      '3:3 backups.db.location: is missing: The folder in S3 that holds the backups.',
    );
  });

  it('an environment variable that is not set', () => {
    expect(problemOf(withBackup('    retain: ${env:DB_RETAIN}\n'))).toBe(
      '6:5 backups.db.retain: ${env:DB_RETAIN}: the environment variable DB_RETAIN is not set',
    );
  });

  it('everything that is wrong, not the first thing', () => {
    const problems = problemsOf(
      withBackup('    retain: soon\n    schedule: often\n    copy: []\n'),
    );
    expect(problems.map(({ line }) => line).sort()).toEqual([6, 7, 8]);
  });
});

describe('parsePlan refuses', () => {
  it.each([
    ['a list', '- plan: test', '1:1 : must be a map, not a list'],
    ['a text', 'mailblast', '1:1 : must be a map, not text'],
    ['an empty file', '', '1:1 plan: is missing: The name of this plan. It stands in every event.'],
    [
      'comments alone',
      '# nothing',
      '1:1 plan: is missing: The name of this plan. It stands in every event.',
    ],
    ['an empty section', 'plan: test\nbackups:\n', '2:1 backups: must be a map, not empty'],
    ['a tag', 'plan: !Ref Name', '1:7 : YAML tags such as !Ref mean nothing in a plan'],
    ['a map as a key', '{ { a: b }: c }', '1:3 : a key must be plain text, not a map or a list'],
    ['an alias without an anchor', 'plan: *name', '1:7 : this alias has no anchor before it'],
    [
      'a name in capitals',
      'plan: My Plan',
      '1:1 plan: must be lower-case letters, digits and dashes, at most 40, starting with a letter, not "My Plan"',
    ],
  ])('%s', (_, text, problem) => {
    expect(problemOf(text)).toBe(problem);
  });

  it.each([
    ['a bracket left open', 'plan: ['],
    ['two keys on a line', 'a: b: c'],
    ['a tab as indentation', 'plan: test\nbackups:\n\tdb: 1'],
    ['a quote left open', 'plan: "test'],
    ['two documents', 'plan: a\n---\nplan: b'],
  ])('YAML with %s, naming the line', (_, text) => {
    const [problem] = problemsOf(text);
    expect(problem?.message).toMatch(/^not YAML: ./);
    expect(problem?.line).toBeGreaterThan(0);
  });

  it('an alias bomb', () => {
    const levels = Array.from({ length: 12 }, (_, level) =>
      level === 0
        ? 'l0: &l0 [x, x, x, x, x, x, x, x, x]'
        : `l${level}: &l${level} [${Array(9)
            .fill(`*l${level - 1}`)
            .join(', ')}]`,
    );
    expect(problemOf(levels.join('\n'))).toContain('has more than 100 aliases');
  });

  it('the first alias that is too many, with its place', () => {
    const aliases = Array(101).fill(' *a').join(',\n');
    expect(problemOf(`plan: &a test\nx: [${aliases}]`)).toBe('102:2 : has more than 100 aliases');
  });

  it('an alias that contains itself', () => {
    expect(problemOf('plan: &a [*a]')).toContain('is nested deeper than 32 levels');
  });

  it('brackets nested a hundred thousand deep, with a few lines', () => {
    const problems = problemsOf(`plan: ${'['.repeat(100_000)}`);
    expect(problems.length).toBeLessThanOrEqual(10);
    expect(problems[0]?.message).toBe('is nested too deeply');
  });

  it('thirty faults of YAML, ten of which it tells', () => {
    const keys = Array.from({ length: 30 }, (_, index) => `k${index}: 1\nk${index}: 2\n`);
    expect(problemsOf(keys.join(''))).toHaveLength(10);
  });

  it('more than 1 MB, unread', () => {
    expect(problemOf(`plan: test\n#${'x'.repeat(1024 * 1024)}`)).toContain('is larger than 1 MB');
  });

  it('a text that is no text, which no digest could be made of', () => {
    expect(problemOf(withBackup('    match: "\\ud800*"\n'))).toBe(
      '6:5 backups.db.match: has half of a character in it (a lone surrogate)',
    );
  });

  it('__proto__, which would be passed over', () => {
    expect(problemOf('plan: test\nbackups: { __proto__: { kind: wal } }')).toContain(
      'backups.__proto__: is no name',
    );
  });
});

describe('parsePlan on plain http', () => {
  const text = `plan: test
alerts:
  channels: { hook: { url: "http://127.0.0.1:8099/x", secret: "\${ssm:/s}" } }
  routes: { critical: [hook], warning: [hook] }`;

  it('refuses it on every stage but local', () => {
    expect(problemOf(text)).toBe(
      '3:23 alerts.channels.hook.url: must be an https URL (http on 127.0.0.1 is for --stage local alone)',
    );
  });

  it('takes it on the stage local, and only of this machine', () => {
    expect(readPlan(text, { stage: 'local' }).plan.alerts.channels).toHaveLength(1);
    const elsewhere = text.replace('127.0.0.1', '127.0.0.1.example.com');
    expect(problemOf(elsewhere, { stage: 'local' })).toContain('must be an https URL, or http on');
  });

  it('refuses a literal that is no URL at all', () => {
    expect(problemOf(text.replace('http:', 'httpx:'))).toContain('must be an https URL');
  });
});

describe('parsePlan answers', () => {
  it('the same digest whatever the order and the comments, another for another meaning', () => {
    const one = readPlan('plan: test\nobjectives: { rpo: 1h, rto: 4h }').plan.digest;
    const same = readPlan('# why\nobjectives:\n  rto: 4h\n  rpo: 1h\nplan: "test"').plan.digest;
    const other = readPlan('plan: test\nobjectives: { rpo: 1h, rto: 5h }').plan.digest;
    expect(same).toBe(one);
    expect(other).not.toBe(one);
    expect(one).toMatch(/^sha256:[0-9a-f]{64}$/);
  });

  it('the document with its environment filled in and its secrets left as references', () => {
    const text = withBackup(
      '    retain: ${env:R}\n    encoding: [{ openssl: aes-256-cbc, passphrase: "${ssm:/k}" }]\n',
    );
    const { document } = readPlan(text, { env: { R: '7d' } });
    expect(JSON.stringify(document)).toContain('"retain":"7d"');
    expect(JSON.stringify(document)).toContain('${ssm:/k}');
  });
});

describe('loadPlan', () => {
  const folder = mkdtempSync(join(tmpdir(), 'plan-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const load = (file: string) => loadPlan(file, { stage: 'prod', env: {} });

  it('reads a file with a byte-order mark and CRLF', async () => {
    const file = join(folder, 'windows.yml');
    writeFileSync(file, '\uFEFFplan: windows\r\nobjectives:\r\n  rpo: 1h\r\n');
    expect((await load(file)).plan).toMatchObject({
      name: 'windows',
      objectives: { rpoSeconds: 3_600 },
    });
  });

  it.each([
    ['nothing.yml', 'there is no such file'],
    ['.', 'cannot be read (EISDIR)'],
  ])('refuses %s', async (name, message) => {
    const file = join(folder, name);
    await expect(load(file)).rejects.toThrow(PlanError);
    await expect(load(file)).rejects.toThrow(`${file}:0:0: error: ${message}`);
  });
});
