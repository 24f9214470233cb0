import { segmentOf } from './lsn.ts';
import { type Archive, type Leg, recoveryRoute, timelinesWithSegments } from './recovery-route.ts';

/** A timeline that is left writes nothing more; a day is enough to be sure that nobody goes back to it. */
const STILL_LIVE_MS = 86_400_000;

/** The segment in which a timeline was left; its own copy of that may be archived late, or never. */
const leftIn = (archive: Archive, target: number, timeline: number): bigint | undefined => {
  const history = archive.histories.get(target) ?? 'missing';
  if (typeof history === 'string') return undefined;
  const left = history.switches.find(({ parent }) => parent === timeline);
  return left && segmentOf(left.lsn, archive.segmentSize);
};

const endsOn = (archive: Archive, route: readonly Leg[], timeline: number): boolean => {
  const end = archive.timelines.get(timeline)?.at(-1)?.last ?? 0n;
  const target = route.at(-1)?.timeline ?? timeline;
  if (end === leftIn(archive, target, timeline)) return true;
  return route.some((leg) => leg.timeline === timeline && end <= leg.to);
};

/**
 * The timelines that must be whole, the highest first, since that is the one a recovery follows unless it
 * is told otherwise. Another one is live too where it went on beyond the switch's segment, with news from after the
 * highest one's first segment: then the highest is a stray, or two servers archive into one folder.
 * Empty where nothing is archived; only the highest where `newestAt` does not tell.
 */
export const liveTimelines = (archive: Archive): number[] => {
  const timelines = timelinesWithSegments(archive);
  const highest = timelines.at(-1);
  if (highest === undefined) return [];
  const at = (timeline: number): number => archive.newestAt?.get(timeline) ?? 0;
  const began = archive.timelines.get(highest)?.[0]?.mark ?? 0;
  const youngest = Math.max(...timelines.map(at));
  const route = recoveryRoute(archive, highest);
  const others = timelines.filter(
    (timeline) =>
      timeline !== highest &&
      at(timeline) > began &&
      at(timeline) > youngest - STILL_LIVE_MS &&
      !endsOn(archive, route, timeline),
  );
  return [highest, ...others];
};

/** Where the live timeline is not the one that a recovery follows unless it is told otherwise. */
export const divergence = (archive: Archive): { latest: number; live: number } | undefined => {
  const [latest, ...others] = liveTimelines(archive);
  if (latest === undefined) return undefined;
  const at = (timeline: number): number => archive.newestAt?.get(timeline) ?? 0;
  const [live] = others.sort((a, b) => at(b) - at(a));
  return live !== undefined && at(live) > at(latest) ? { latest, live } : undefined;
};

/** Every way that must be whole, one for each of {@link liveTimelines}. They may share their beginnings. */
export const liveRoutes = (archive: Archive): Leg[][] =>
  liveTimelines(archive).map((timeline) => recoveryRoute(archive, timeline));
