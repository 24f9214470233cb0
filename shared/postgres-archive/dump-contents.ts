import type { ArchiveHead } from './archive-head.ts';
import type { Toc } from './archive-toc.ts';

/** Of a cluster's dump `database` says whose; `rows` is absent where they are not counted (INSERTs). */
export type TableContents = { database?: string; name: string; bytes: number; rows?: number };

/** What a dump says of itself. Which fields a format has differs: a plain dump has no number of entries. */
export type DumpSaid = Partial<Omit<ArchiveHead, 'minor'>> & {
  /** Of the archive's format, e.g. `1.14`. */
  archiveVersion?: string;
  tocEntries?: number;
};

/** What a dump was seen to hold. */
export type DumpContents = DumpSaid & {
  /** Of which something is inside: one, or those of a cluster. */
  databases: string[];
  /** Tables with data; an empty one counts, one of which only the definition is there does not. */
  tables: number;
  /** Over all tables that were dumped for COPY; absent where any has INSERTs instead. */
  rows?: number;
  /** Decompressed, of tables. */
  tableBytes: number;
  largeObjects: number;
  /** The largest tables and large objects, by bytes. */
  largest: TableContents[];
  /** Every table with data in the dump's order, the first `LISTED.tables` of them. */
  tableList: TableContents[];
  /** There are more tables than the list has. */
  isTableListCut: boolean;
  /** Definitions of extensions, types, tables, functions …; not the dump's own settings. */
  objects: number;
  /** By name; sorted. */
  extensions: string[];
  /** Those that are created, and those that own something; sorted. */
  roles: string[];
};

/** How many are named before a list is cut: real dumps have fewer, a hostile one has what it likes. */
export const LISTED = { tables: 20_000, largest: 20, names: 1_000, characters: 256 };

const short = (name: string): string => name.slice(0, LISTED.characters);

const addName = (names: Set<string>, name: string): void => {
  if (name !== '' && names.size < LISTED.names) names.add(short(name));
};

/** Adds up what a dump holds while it is walked. Bounded, however much that is. */
export class ContentsTally {
  objects = 0;
  #tables = 0;
  #rows: number | undefined = 0;
  #bytes = 0;
  #largeObjects = 0;
  #list: TableContents[] = [];
  #largest: TableContents[] = [];
  #databases = new Set<string>();
  #extensions = new Set<string>();
  #roles = new Set<string>();

  addDatabase(name: string): void {
    addName(this.#databases, name);
  }

  addExtension(name: string): void {
    addName(this.#extensions, name);
  }

  addRole(name: string): void {
    addName(this.#roles, name);
  }

  /**
   * @param name with its schema, unquoted: `public.users`.
   * @param rows `undefined` where they were not counted.
   */
  addTable(name: string, bytes: number, rows: number | undefined, database?: string): void {
    const table = {
      ...(database !== undefined && { database: short(database) }),
      name: short(name),
      bytes,
      ...(rows !== undefined && { rows }),
    };
    this.#tables += 1;
    this.#bytes += bytes;
    this.#rows = rows === undefined || this.#rows === undefined ? undefined : this.#rows + rows;
    if (this.#list.length < LISTED.tables) this.#list.push(table);
    this.#rank(table);
  }

  addLargeObject(oid: number, bytes: number): void {
    this.#largeObjects += 1;
    this.#rank({ name: `large object ${oid}`, bytes });
  }

  #rank(thing: TableContents): void {
    const least = this.#largest.at(-1)?.bytes ?? 0;
    if (this.#largest.length === LISTED.largest && thing.bytes <= least) return;
    this.#largest.push(thing);
    this.#largest.sort((a, b) => b.bytes - a.bytes);
    this.#largest.length = Math.min(this.#largest.length, LISTED.largest);
  }

  contents<Said extends DumpSaid>(said: Said): Said & DumpContents {
    if (said.database !== undefined) this.addDatabase(said.database);
    return {
      ...said,
      databases: [...this.#databases].sort(),
      tables: this.#tables,
      ...(this.#rows !== undefined && { rows: this.#rows }),
      tableBytes: this.#bytes,
      largeObjects: this.#largeObjects,
      largest: this.#largest,
      tableList: this.#list,
      isTableListCut: this.#tables > this.#list.length,
      objects: this.objects,
      extensions: [...this.#extensions].sort(),
      roles: [...this.#roles].sort(),
    };
  }
}

export type ArchiveContents = DumpContents & Omit<ArchiveHead, 'minor'>;

/** Of an archive, whose table of contents names its extensions and owners. */
export const archiveContents = (
  tally: ContentsTally,
  { minor, ...head }: ArchiveHead,
  { entries, objects, extensions, roles, largeObjects, hasLargeObjectData }: Toc,
): ArchiveContents => {
  if (hasLargeObjectData) largeObjects.end();
  tally.objects = objects;
  for (const name of extensions) tally.addExtension(name);
  for (const name of roles) tally.addRole(name);
  return tally.contents({ ...head, archiveVersion: `1.${minor}`, tocEntries: entries });
};
