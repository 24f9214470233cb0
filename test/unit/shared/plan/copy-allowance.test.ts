import { describe, expect, it } from 'vitest';
import { copyAllowance } from '../../../../shared/plan/copy-allowance.ts';

describe('copyAllowance', () => {
  it.each([
    ['15 minutes where the plan names no time', undefined, 'prod', 900],
    ['nothing on the stage local', undefined, 'local', 0],
    ['what the plan says', 3_600, 'prod', 3_600],
    ['what the plan says, on the stage local too', 3_600, 'local', 3_600],
  ])('is %s', (_, withinSeconds, stage, seconds) => {
    expect(copyAllowance({ withinSeconds }, stage)).toBe(seconds);
  });
});
