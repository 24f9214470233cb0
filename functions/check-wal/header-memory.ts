import * as z from 'zod';
import type { Blocks } from './read-blocks.ts';
import { SEGMENTS_IN_BLOCK } from './read-blocks.ts';

/** One cluster at one major version, as page headers tell them apart. */
export type Cluster = { systemIdentifier: bigint; magic: number };

/** What is wrong with a file, or why it could not be looked into. `name` is below the archive's folder. */
export type Finding = { name: string; finding: string; detail: string };

/** What is known of the insides of an archive's segments. */
export type HeaderMemory = {
  /** By {@link formKey}. */
  forms: Map<string, Blocks>;
  /**
   * Names that were written more than once: `read` is compared, `bad` is different, of `shut` a version cannot
   * be opened. By {@link formKey}.
   */
  compared: Map<string, Blocks>;
  /** Of most segments when the archive was first read. */
  cluster?: Cluster;
  /** Segments of others: they are read and not bad in themselves. */
  foreign: { cluster: Cluster; forms: Map<string, Blocks> }[];
  /** At most {@link MAX_FINDINGS}; the bits count the others. */
  findings: Finding[];
  /** Examples of what could not be looked into. */
  shut: Finding[];
  /** Examples of names whose versions cannot be compared. */
  uncompared: Finding[];
  /** When what was bad or shut was last looked at again, in milliseconds since 1970. */
  reopenedAt: number;
};

export const MAX_FINDINGS = 200;

/** The files of one timeline whose names end alike: `''` for raw ones, `.gz`. */
export const formKey = (timeline: number, suffix: string): string => `${timeline} ${suffix}`;

export const emptyHeaderMemory = (now: Date): HeaderMemory => ({
  forms: new Map(),
  compared: new Map(),
  foreign: [],
  findings: [],
  shut: [],
  uncompared: [],
  reopenedAt: now.getTime(),
});

const hexSchema = z.string().regex(/^(\*|[0-9a-f]{0,32})$/);
export const formsSchema = z.array(
  z.object({
    timeline: z.int(),
    suffix: z.string(),
    /** Index, read, bad and shut in hexadecimal (`*`: all 128), last modified. */
    blocks: z.array(z.tuple([hexSchema, hexSchema, hexSchema, hexSchema, z.number()])),
  }),
);
const clusterSchema = z.object({ systemIdentifier: z.string().regex(/^\d+$/), magic: z.int() });
export const findingSchema = z.object({
  name: z.string(),
  finding: z.string(),
  detail: z.string(),
});

export const headerMemorySchema = z.object({
  forms: formsSchema,
  compared: formsSchema.default([]),
  cluster: clusterSchema.optional(),
  foreign: z.array(z.object({ cluster: clusterSchema, forms: formsSchema })),
  findings: z.array(findingSchema),
  shut: z.array(findingSchema),
  uncompared: z.array(findingSchema).default([]),
  reopenedAt: z.number(),
});

export type StoredHeaders = z.infer<typeof headerMemorySchema>;

const ALL = (1n << SEGMENTS_IN_BLOCK) - 1n;
const hex = (mask: bigint): string => (mask === ALL ? '*' : mask === 0n ? '' : mask.toString(16));
const unhex = (text: string): bigint => (text === '*' ? ALL : BigInt(`0x${text || '0'}`));

export const encodeForms = (forms: ReadonlyMap<string, Blocks>): StoredHeaders['forms'] =>
  [...forms].map(([key, blocks]) => ({
    timeline: Number.parseInt(key, 10),
    suffix: key.slice(key.indexOf(' ') + 1),
    blocks: [...blocks].map(([index, { read, bad, shut, until }]) => [
      index.toString(16),
      hex(read),
      hex(bad),
      hex(shut),
      until,
    ]),
  }));

export const decodeForms = (stored: StoredHeaders['forms']): Map<string, Blocks> =>
  new Map(
    stored.map(({ timeline, suffix, blocks }) => [
      formKey(timeline, suffix),
      new Map(
        blocks.map(([index, read, bad, shut, until]) => [
          unhex(index),
          { read: unhex(read), bad: unhex(bad), shut: unhex(shut), until },
        ]),
      ),
    ]),
  );

const encodeCluster = ({ systemIdentifier, magic }: Cluster) => ({
  systemIdentifier: systemIdentifier.toString(),
  magic,
});
const decodeCluster = ({
  systemIdentifier,
  magic,
}: StoredHeaders['foreign'][number]['cluster']) => ({
  systemIdentifier: BigInt(systemIdentifier),
  magic,
});

export const encodeHeaders = (memory: HeaderMemory): StoredHeaders => ({
  forms: encodeForms(memory.forms),
  compared: encodeForms(memory.compared),
  cluster: memory.cluster && encodeCluster(memory.cluster),
  foreign: memory.foreign.map(({ cluster, forms }) => ({
    cluster: encodeCluster(cluster),
    forms: encodeForms(forms),
  })),
  findings: memory.findings,
  shut: memory.shut,
  uncompared: memory.uncompared,
  reopenedAt: memory.reopenedAt,
});

export const decodeHeaders = (stored: StoredHeaders): HeaderMemory => ({
  forms: decodeForms(stored.forms),
  compared: decodeForms(stored.compared),
  cluster: stored.cluster && decodeCluster(stored.cluster),
  foreign: stored.foreign.map(({ cluster, forms }) => ({
    cluster: decodeCluster(cluster),
    forms: decodeForms(forms),
  })),
  findings: stored.findings,
  shut: stored.shut,
  uncompared: stored.uncompared,
  reopenedAt: stored.reopenedAt,
});
