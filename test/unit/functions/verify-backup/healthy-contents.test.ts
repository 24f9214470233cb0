import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { decideContents } from '../../../../functions/verify-backup/decide-contents.ts';
import { walkFormat } from '../../../../functions/verify-backup/walk-format.ts';
import { ARCHIVES, readArchive, walkArchive } from '../../../support/archive-dumps.ts';
import { storedBackup } from '../../../support/backup-policies.ts';
import { inPieces } from '../../../support/bytes.ts';
import { contentsInput, walkOf } from '../../../support/dump-contents.ts';

const plainFolder = new URL('../../../fixtures/plain-dumps/', import.meta.url);
const PLAIN = readdirSync(plainFolder).filter((name) => name.endsWith('.sql'));

/** Of one database of the same rows, by three majors of pg_dump and with every option. */
const SAME = ARCHIVES.filter((name) =>
  /^\d+-(default|pipe|z0|z9|zstd|clean-create|shop|inserts)\./.test(name),
);
const contents = new Map(
  await Promise.all(
    ARCHIVES.filter((name) => !name.includes('lz4')).map(
      async (name) => [name, await walkArchive(readArchive(name), name.endsWith('.tar'))] as const,
    ),
  ),
);
const reasons = (name: string, before?: string): string[] => {
  const dump = contents.get(name);
  const previous = before === undefined ? undefined : contents.get(before);
  return decideContents(contentsInput(dump, previous === undefined ? [] : [previous])).map(
    ({ reason }) => reason,
  );
};

describe('a dump that pg_dump made', () => {
  it.each([...contents.keys()])('%s, the first of its series, is not accused', (name) => {
    expect(reasons(name)).toEqual(/-nothing\./.test(name) ? ['empty-dump'] : []);
  });

  it.each(PLAIN)('%s in the plain format is not accused either', async (name) => {
    const bytes = readFileSync(new URL(name, plainFolder));
    const walk = {
      ...walkOf(undefined),
      ...(await walkFormat(storedBackup(), bytes.subarray(0, 64), inPieces(bytes, 4_096), name)),
    };
    const found = decideContents({ ...contentsInput(walk.contents), walk });
    const isNothing = walk.contents !== undefined && /-nothing\./.test(name);
    expect(found.map(({ reason }) => reason)).toEqual(isNothing ? ['empty-dump'] : []);
  });

  it('lost nothing since one of the same rows that was made in another way', () => {
    expect(SAME.length).toBeGreaterThan(15);
    const found = SAME.flatMap((before) =>
      SAME.filter(
        (after) => contents.get(after)?.createdAt !== contents.get(before)?.createdAt,
      ).map((after) => [before, after, ...reasons(after, before)]),
    );
    expect(found.filter(([, , ...accused]) => accused.length > 0)).toEqual([]);
  });

  it('of definitions alone is accused after one with rows, and not before', () => {
    expect(reasons('15-schema-only.dump', '15-default.dump')).toContain('no-data');
    expect(reasons('15-default.dump', '15-schema-only.dump')).toEqual([]);
    expect(reasons('15-nothing.tar', '15-shop.tar')).toContain('empty-dump');
    expect(reasons('17-data-only.dump', '17-default.dump')).toContain('no-schema');
  });
});
