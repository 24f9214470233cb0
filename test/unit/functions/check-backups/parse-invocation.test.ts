import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseInvocation } from '../../../../functions/check-backups/parse-invocation.ts';
import { parsePlan } from '../../../../shared/plan/load-plan.ts';

const { plan } = parsePlan(
  `
plan: test
backups:
  database-full: { kind: pg-dump, location: s3://backups/db/ }
  wal: { kind: wal, location: s3://backups/wal/ }
`,
  { file: 'test.yml', stage: 'local', env: {} },
);
const names = (payload: unknown) => parseInvocation(payload, plan).policies.map(({ name }) => name);

describe('parseInvocation', () => {
  it.each([[undefined], [null], [''], [{}]])('takes %j for all backups', (payload) => {
    expect(names(payload)).toEqual(['database-full', 'wal']);
  });

  it('takes one by name', () => {
    expect(names({ backup: 'wal' })).toEqual(['wal']);
    expect(parseInvocation({ backup: 'wal', acceptDeleted: true }, plan).acceptDeleted).toBe(true);
  });

  it.each([
    [{ backup: 'databse-full' }, /did you mean "database-full"\?/],
    [{ backup: 'certificates' }, /the plan has: database-full, wal/],
    [{ backup: 7 }, /backup/],
    [{ backups: 'wal' }, /backups/],
    [{ acceptDeleted: true }, /needs the name of one backup/],
    ['wal', /payload must be/],
    [[], /payload must be/],
  ])('refuses %j', (payload, words) => {
    expect(() => names(payload)).toThrow(words);
  });

  it('crashes on nothing', () => {
    fc.assert(
      fc.property(fc.anything(), (payload) => {
        try {
          parseInvocation(payload, plan);
        } catch (error) {
          expect(error).toHaveProperty('message', expect.stringMatching(/payload|No backup/));
        }
      }),
    );
  });
});
