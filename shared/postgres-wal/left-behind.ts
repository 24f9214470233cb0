import { liveRoutes } from './live-timelines.ts';
import type { Archive } from './recovery-route.ts';
import { lower } from './segment-runs.ts';

/**
 * Whether a base backup that starts in a segment was deleted, and its `.backup` file left behind: the archive
 * holds nothing from before the segment at which a younger one starts, which is how pg_archivecleanup leaves it.
 */
export const leftBehind = (archive: Archive): ((start: bigint) => boolean) => {
  const [[first] = []] = liveRoutes(archive);
  const begins = [...archive.timelines.values()].flatMap(([run]) => run?.first ?? []);
  if (first === undefined || begins.length === 0 || begins.reduce(lower) < first.from) {
    return () => false;
  }
  return (start) => start < first.from;
};
