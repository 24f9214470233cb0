import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { removeLeftovers } from '../../../deploy/remove-leftovers.ts';

const folder = mkdtempSync(join(tmpdir(), 'lifeboat-leftovers-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('removes what this process left of its functions, and nothing else', async () => {
  const kept = [
    'check-wal-77-1795-0a1b2c3d',
    'check-wal-7',
    'mine-7-1795-0a1b2c3d',
    'check-wal-7-1795-x',
  ];
  for (const name of [...kept, 'check-wal-7-1795273594820-c11818a0']) {
    mkdirSync(join(folder, name));
    writeFileSync(join(folder, name, 'plan.json'), '{}');
  }
  await removeLeftovers(folder, ['check-wal', 'verify-backup'], 7);
  expect(readdirSync(folder).sort()).toEqual(kept.sort());
});
