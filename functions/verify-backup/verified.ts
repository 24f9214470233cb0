import * as z from 'zod';
import type { DumpContents } from '../../shared/postgres-archive/dump-contents.ts';

const tableSchema = z.object({
  database: z.string().optional(),
  name: z.string(),
  bytes: z.number(),
  rows: z.number().optional(),
});

/** What is remembered of a dump's contents, to judge the next by. Bounded as `DumpContents` is. */
const verifiedContentsSchema = z.looseObject({
  createdAt: z.string().optional(),
  databases: z.array(z.string()),
  /** How many dumps in a row were of these databases, this one counted. */
  sameDatabases: z.number().int(),
  tables: z.number().int(),
  rows: z.number().optional(),
  tableBytes: z.number(),
  largeObjects: z.number().int(),
  objects: z.number().int(),
  /** The newest of the series, this one counted, that held rows: it stays known when later ones hold none. */
  heldDataAt: z.iso.datetime().optional(),
  tableList: z.array(tableSchema),
  isTableListCut: z.boolean(),
});
export type VerifiedContents = z.infer<typeof verifiedContentsSchema>;

/** A backup that was read to its end and is whole. */
export const verifiedSchema = z.looseObject({
  key: z.string(),
  lastModified: z.iso.datetime(),
  plainBytes: z.number(),
  /** Its format and compression: sizes of different ones are not compared. */
  written: z.string().optional(),
  /** The one before it in its series was made at about the same time, under another name: it may be of another thing. */
  isBeside: z.boolean().optional(),
  contents: verifiedContentsSchema.optional(),
});
export type Verified = z.infer<typeof verifiedSchema>;

export const sameNames = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((name, index) => name === b[index]);

/** Whether a dump holds anything that is no definition. Where rows were not counted, a table counts. */
export const holdsData = ({
  tables,
  rows,
  largeObjects,
}: Pick<VerifiedContents, 'tables' | 'rows' | 'largeObjects'>): boolean =>
  (rows ?? tables) > 0 || largeObjects > 0;

/** What to remember of a dump, after the one before it in its series. */
export const rememberContents = (
  { createdAt, databases, tables, rows, tableBytes, largeObjects, objects, ...seen }: DumpContents,
  lastModified: string,
  before: VerifiedContents | undefined,
): VerifiedContents => {
  const isSame = before !== undefined && sameNames(databases, before.databases);
  const holds = holdsData({ tables, rows, largeObjects });
  return {
    createdAt,
    databases,
    sameDatabases: isSame ? before.sameDatabases + 1 : 1,
    tables,
    rows,
    tableBytes,
    largeObjects,
    objects,
    heldDataAt: holds ? lastModified : before?.heldDataAt,
    tableList: seen.tableList,
    isTableListCut: seen.isTableListCut,
  };
};
