import { type Cluster, type Finding, type HeaderMemory, MAX_FINDINGS } from './header-memory.ts';
import type { Inspected } from './inspect-segment.ts';
import { type Blocks, markRead, markShut } from './read-blocks.ts';
import type { SegmentFile } from './unread-files.ts';

/** Of what could not be looked into so many are named; the bits count the others. */
export const EXAMPLES = 20;

const blocksIn = (forms: Map<string, Blocks>, key: string): Blocks => {
  const known = forms.get(key);
  if (known !== undefined) return known;
  const fresh: Blocks = new Map();
  forms.set(key, fresh);
  return fresh;
};

export const isSameCluster = (a: Cluster, b: Cluster): boolean =>
  a.systemIdentifier === b.systemIdentifier && a.magic === b.magic;

/** The cluster of most segments; of the later ones where two are as many. */
const majority = (clusters: readonly Cluster[]): Cluster | undefined => {
  const counts: { cluster: Cluster; count: number }[] = [];
  for (const cluster of clusters) {
    const known = counts.find((one) => isSameCluster(one.cluster, cluster));
    if (known === undefined) counts.push({ cluster, count: 1 });
    else known.count += 1;
  }
  return counts.reduce<(typeof counts)[number] | undefined>(
    (most, one) => (most === undefined || one.count >= most.count ? one : most),
    undefined,
  )?.cluster;
};

const noteForeign = (memory: HeaderMemory, cluster: Cluster): Map<string, Blocks> => {
  const known = memory.foreign.find((one) => isSameCluster(one.cluster, cluster));
  if (known !== undefined) return known.forms;
  const fresh = { cluster, forms: new Map<string, Blocks>() };
  memory.foreign.push(fresh);
  return fresh.forms;
};

/** Adds a finding, in place of the one about the same name. Changes `list`. */
export const noteFinding = (list: Finding[], most: number, finding: Finding): void => {
  const known = list.findIndex(({ name }) => name === finding.name);
  if (known >= 0) list[known] = finding;
  else if (list.length < most) list.push(finding);
};

type Done = { file: SegmentFile; inspected: Inspected };

/**
 * Raw files that begin like a compression where no raw file begins like WAL: an archive_command that
 * compresses under the plain name. That is for the plan to say, and no damage.
 */
const settle = (done: readonly Done[], memory: HeaderMemory): Done[] => {
  const isPlain = (key: string): boolean =>
    [...(memory.forms.get(key)?.values() ?? [])].some(({ read, bad }) => (read & ~bad) > 0n) ||
    done.some(({ file, inspected }) => file.key === key && inspected.is === 'good');
  const plain = new Map<string, boolean>();
  return done.map((one) => {
    const { file, inspected } = one;
    if (inspected.is !== 'bad' || inspected.encoded === undefined || file.suffix !== '') return one;
    const isBad = plain.get(file.key) ?? isPlain(file.key);
    plain.set(file.key, isBad);
    const detail = `it begins like ${inspected.encoded}, which neither its name nor the plan says`;
    return {
      file,
      inspected: isBad
        ? { ...inspected, detail }
        : { is: 'shut', reason: 'encoding-not-named', detail },
    };
  });
};

/** Takes in what a batch of files came to, in the order of their names. Changes `memory`. */
export const noteInspected = (
  memory: HeaderMemory,
  batch: readonly Done[],
  wholeBlockSeen: boolean,
): void => {
  memory.cluster ??= majority(
    batch.flatMap(({ inspected }) => (inspected.is === 'good' ? [inspected.cluster] : [])),
  );
  for (const { file, inspected } of settle(batch, memory)) {
    const { key, number } = file;
    const name = file.segment + file.suffix;
    const blocks = blocksIn(memory.forms, key);
    if (inspected.is === 'good') {
      const { at, cluster } = inspected;
      markRead(blocks, number, { at, bad: false, wholeBlockSeen });
      if (memory.cluster !== undefined && !isSameCluster(cluster, memory.cluster)) {
        const foreign = blocksIn(noteForeign(memory, cluster), key);
        markRead(foreign, number, { at, bad: false, wholeBlockSeen });
      }
    } else if (inspected.is === 'bad') {
      const { at, finding, detail } = inspected;
      markRead(blocks, number, { at, bad: true, wholeBlockSeen });
      noteFinding(memory.findings, MAX_FINDINGS, { name, finding, detail });
    } else if (inspected.is === 'shut') {
      markShut(blocks, number);
      noteFinding(memory.shut, EXAMPLES, {
        name,
        finding: inspected.reason,
        detail: inspected.detail,
      });
    }
  }
};
