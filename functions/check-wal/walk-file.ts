import { DamageError } from '../../shared/backup-encoding/damage-error.ts';
import { openLayers } from '../../shared/backup-encoding/open-layers.ts';
import { judgeWalk, type WalkVerdict } from '../../shared/postgres-wal/judge-walk.ts';
import type { WalCarry } from '../../shared/postgres-wal/segment-walk.ts';
import { walkSegment } from '../../shared/postgres-wal/walk-segment.ts';
import type { SecretReader } from '../../shared/secrets/secret-reader.ts';
import type { ArchiveClient } from './archive-client.ts';
import { layersOf } from './segment-layers.ts';
import type { SegmentFile } from './unread-files.ts';
import { type Known, timelineOf } from './walkable-files.ts';

export type Walking = Known & {
  client: Pick<ArchiveClient, 'readWhole'>;
  readSecret: SecretReader;
};

/**
 * Walks through one whole file. Damage of a layer is damage of the segment; what S3 and the key answer
 * passes through.
 */
export const walkFile = async (
  { client, policy, readSecret }: Walking,
  file: SegmentFile,
  { carry, mayEndEarly }: { carry?: WalCarry; mayEndEarly: boolean },
): Promise<WalkVerdict> => {
  const encoding = layersOf(policy, file.suffix);
  const stored = client.readWhole(file.segment + file.suffix);
  try {
    const source =
      typeof encoding === 'string' || encoding.length === 0
        ? stored
        : (await openLayers({ source: stored, encoding, inside: 'wal', readSecret })).source;
    const walked = await walkSegment(source, { carry, timeline: timelineOf(file) });
    return judgeWalk(walked, mayEndEarly ? 'perhaps' : 'no');
  } catch (error) {
    if (!(error instanceof DamageError)) throw error;
    return {
      verdict: 'fail',
      finding: error.damage,
      detail: `it cannot be opened: ${error.message}`,
    };
  } finally {
    await stored.return(undefined);
  }
};

/** What the walk over a segment handed over. */
export const carryOf = (verdict: WalkVerdict): WalCarry | undefined =>
  verdict.verdict === 'pass' && 'carry' in verdict.walk.ending
    ? verdict.walk.ending.carry
    : undefined;
