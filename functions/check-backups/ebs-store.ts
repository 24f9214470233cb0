import {
  type EC2Client,
  type Snapshot as Ec2Snapshot,
  type Filter,
  paginateDescribeSnapshots,
} from '@aws-sdk/client-ec2';
import type { Snapshot } from './decide-snapshot.ts';
import type { Gate } from './observe.ts';
import type { Observed } from './outcome.ts';

export type EbsStore = {
  /** Snapshots of a volume (`vol-…`), or those with a tag (`tag:Name=value`). */
  snapshots: (source: string) => Promise<Observed<Snapshot[]>>;
  /** Their copies in another Region. */
  copies: (
    source: string,
    originals: readonly Snapshot[],
    region: string,
  ) => Promise<Observed<Snapshot[]>>;
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

/** Looks at EBS for the length of one run. `clientFor` gives a client of a Region. */
export const createEbsStore = (
  clientFor: (region: string) => EC2Client,
  home: string,
  gate: Gate,
  signal: AbortSignal,
): EbsStore => {
  const list = async (region: string, Filters: Filter[]): Promise<Ec2Snapshot[]> => {
    const found: Ec2Snapshot[] = [];
    const pages = paginateDescribeSnapshots(
      { client: clientFor(region), pageSize: 1_000 },
      { OwnerIds: ['self'], Filters },
      { abortSignal: signal },
    );
    for await (const { Snapshots = [] } of pages) found.push(...Snapshots);
    return found;
  };
  return {
    snapshots: (source) =>
      gate(`ec2 ${home}`, async () => {
        const filter = tagFilter(source) ?? { Name: 'volume-id', Values: [source] };
        return (await list(home, [filter])).flatMap(snapshotOf);
      }),

    copies: (source, originals, region) =>
      gate(`ec2 ${region}`, async () => {
        const tag = tagFilter(source);
        if (tag !== undefined) return (await list(region, [tag])).flatMap(snapshotOf);
        // A copy forgets its volume. What names the source is the description that EC2 gives it:
        // "[Copied snap-0123 from us-east-1]", or "Copied for DestinationSnapshot … from SourceSnapshot …".
        const times = new Map(originals.map(({ id, at }) => [id, at]));
        const found = [
          ...(await list(region, [{ Name: 'description', Values: ['*snap-*'] }])),
          // Of a copy under another description, where the cloud lets it keep its volume.
          ...(await list(region, [{ Name: 'volume-id', Values: [source] }])),
        ];
        const distinct = new Map(found.map((one) => [one.SnapshotId, one]));
        return [...distinct.values()].flatMap((one) => {
          const named = one.Description?.match(SNAPSHOT_ID) ?? [];
          const dataAt = named.map((id) => times.get(id)).find((at) => at !== undefined);
          return dataAt === undefined && one.VolumeId !== source
            ? []
            : snapshotOf(one).map((copy) => ({ ...copy, dataAt }));
        });
      }),
  };
};
