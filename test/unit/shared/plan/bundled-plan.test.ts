import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readBundledPlan } from '../../../../shared/plan/bundled-plan.ts';
import { examplePlans, readPlan } from '../../../support/plan-text.ts';

describe('readBundledPlan', () => {
  const folder = mkdtempSync(join(tmpdir(), 'bundled-plan-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const bundle = (name: string, content: unknown): string => {
    const file = join(folder, name);
    writeFileSync(file, JSON.stringify(content));
    return file;
  };

  it.each(examplePlans())('answers the plan that $file was loaded as', ({ file, text }) => {
    const { plan, document } = readPlan(text);
    expect(readBundledPlan(bundle(file, { digest: plan.digest, document }))).toEqual(plan);
  });

  it('refuses a file that is missing, and one that is no bundled plan', () => {
    expect(() => readBundledPlan(join(folder, 'none.json'))).toThrow('ENOENT');
    expect(() => readBundledPlan(bundle('plain.json', { plan: 'test' }))).toThrow('digest');
  });
});
