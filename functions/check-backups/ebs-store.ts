import {
  type EC2Client,
  type Snapshot as Ec2Snapshot,
  type Filter,
  paginateDescribeSnapshots,
} from '@aws-sdk/client-ec2';
import type { Snapshot } from './decide-snapshot.ts';
import { type Gate, once } from './observe.ts';
import type { Observed } from './outcome.ts';

export type EbsStore = {
  /** Snapshots of a volume (`vol-…`), or those with a tag (`tag:Name=value`). */
  snapshots: (source: string) => Promise<Observed<Snapshot[]>>;
  /** Their copies in another Region. */
  copies: (source: string, region: string) => Promise<Observed<Snapshot[]>>;
};

const snapshotOf = (found: Ec2Snapshot): Snapshot[] =>
  found.SnapshotId === undefined
    ? []
    : [
        {
          id: found.SnapshotId,
          ready: found.State === 'completed',
          state: found.State ?? 'unknown',
          at: found.StartTime ?? new Date(0),
          encrypted: found.Encrypted ?? false,
        },
      ];

/** `tag:Name=value`; the value may hold further `=`. */
const tagFilter = (source: string): Filter | undefined => {
  const [, key, value] = /^tag:([^=]+)=(.*)$/s.exec(source) ?? [];
  return key === undefined ? undefined : { Name: `tag:${key}`, Values: [value ?? ''] };
};

const SNAPSHOT_ID = /snap-[0-9a-f]+/g;
/** A filter takes 200 values; the newest copies are what matters. */
const MAX_NAMED = 100;

/** What an original is found by in another Region. */
const traces = (originals: readonly Ec2Snapshot[], tag: Filter | undefined): Filter[] => {
  const newest = originals
    .toSorted((a, b) => (b.StartTime?.getTime() ?? 0) - (a.StartTime?.getTime() ?? 0))
    .slice(0, MAX_NAMED);
  const ids = newest.flatMap(({ SnapshotId: id }) => (id === undefined ? [] : [`*${id}*`]));
  const volumes = newest.flatMap(({ VolumeId: id }) => (id === undefined ? [] : [id]));
  return [
    ...(tag === undefined ? [] : [tag]),
    // EC2's own description: "[Copied snap-0123 from us-east-1]", or "Copied for DestinationSnapshot …
    // from SourceSnapshot …". A copy forgets its volume, and its tags unless it is told to keep them.
    ...(ids.length === 0 ? [] : [{ Name: 'description', Values: ids }]),
    // Clouds that speak EC2's language may let a copy keep its volume.
    ...(volumes.length === 0 ? [] : [{ Name: 'volume-id', Values: [...new Set(volumes)] }]),
  ];
};

/** Looks at EBS for the length of one run. `clientFor` gives a client of a Region. */
export const createEbsStore = (
  clientFor: (region: string) => EC2Client,
  home: string,
  gate: Gate,
  signal: AbortSignal,
): EbsStore => {
  const list = async (region: string, filter: Filter): Promise<Ec2Snapshot[]> => {
    const found: Ec2Snapshot[] = [];
    const pages = paginateDescribeSnapshots(
      { client: clientFor(region), pageSize: 1_000 },
      { OwnerIds: ['self'], Filters: [filter] },
      { abortSignal: signal },
    );
    for await (const { Snapshots = [] } of pages) found.push(...Snapshots);
    return found;
  };
  const listed = once<Observed<Ec2Snapshot[]>>();
  const originals = (source: string) =>
    listed(source, () =>
      gate(`ec2 ${home}`, () =>
        list(home, tagFilter(source) ?? { Name: 'volume-id', Values: [source] }),
      ),
    );
  const listCopies = async (
    source: string,
    region: string,
    known: readonly Ec2Snapshot[],
  ): Promise<Snapshot[]> => {
    const found = new Map<string | undefined, Ec2Snapshot>();
    for (const trace of traces(known, tagFilter(source))) {
      for (const one of await list(region, trace)) found.set(one.SnapshotId, one);
    }
    const times = new Map(known.map(({ SnapshotId, StartTime }) => [SnapshotId, StartTime]));
    return [...found.values()].flatMap((one) => {
      const named = one.Description?.match(SNAPSHOT_ID) ?? [];
      const dataAt = named.map((id) => times.get(id)).find((at) => at !== undefined);
      return snapshotOf(one).map((copy) => ({ ...copy, dataAt }));
    });
  };
  return {
    async snapshots(source) {
      const found = await originals(source);
      return 'seen' in found ? { seen: found.seen.flatMap(snapshotOf) } : found;
    },
    async copies(source, region) {
      const found = await originals(source);
      if ('trouble' in found) return found;
      return gate(`ec2 ${region}`, () => listCopies(source, region, found.seen));
    },
  };
};
