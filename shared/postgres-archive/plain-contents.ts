import { NO_OBJECTS } from './archive-toc.ts';
import { type ClientEncoding, clientEncoding } from './client-encoding.ts';
import { CopyRows } from './copy-rows.ts';
import { isSameName, readDefined } from './definition-words.ts';
import { ContentsTally, type DumpContents } from './dump-contents.ts';
import { LargeObjectScript } from './large-object-script.ts';
import {
  type EntryComment,
  type Origin,
  readEntryComment,
  readOrigin,
  readRoleName,
  readTableName,
} from './plain-comments.ts';
import type { SqlStatement } from './sql-statement.ts';

/** What a `SET` means for whoever reads on. */
export type Setting = { encoding: ClientEncoding } | { hasPlainStrings: boolean };

/** The data of one table, while it passes. */
type Data = { table: string; rows: number; bytes: number; values?: number };

const ENCODING = /^(?:SET client_encoding = |\\encoding )'?([A-Za-z0-9_-]{1,64})'?/;
const STRINGS = /^SET standard_conforming_strings = (on|off);$/;

export const readSetting = (text: string): Setting | undefined => {
  const encoding = ENCODING.exec(text)?.[1];
  if (encoding !== undefined) return { encoding: clientEncoding(encoding) };
  const strings = STRINGS.exec(text)?.[1];
  return strings === undefined ? undefined : { hasPlainStrings: strings === 'on' };
};

/**
 * What the objects of a plain dump are, and whether each that a comment announces is there. Its methods
 * answer what is wrong.
 */
export class PlainContents {
  encoding: ClientEncoding | undefined;
  database: string | undefined;
  /** Tables are named with their database. */
  isCluster = false;
  #databases = new Set<string>();
  #origin: Origin = {};
  readonly #tally = new ContentsTally();
  #entry: EntryComment | undefined;
  #isDefined = true;
  #data: Data | undefined;
  #largeObjects = new LargeObjectScript(this.#tally);

  /** For the words of an error: ` in the rows of public.users`. */
  get where(): string {
    const database = this.database === undefined ? '' : ` of database ${this.database}`;
    if (this.#data !== undefined) return ` in the rows of ${this.#data.table}${database}`;
    if (this.#entry === undefined) return database === '' ? '' : ` in the dump${database}`;
    return ` in ${this.#entry.kind} ${this.#entry.name}${database}`;
  }

  comment(text: string, isInside: boolean): string | undefined {
    const entry = readEntryComment(this.decode(text));
    if (entry !== undefined && isInside)
      return `a statement is not ended before ${entry.kind} ${entry.name}`;
    if (entry === undefined) {
      this.#readOther(text);
      return undefined;
    }
    const fault = this.endEntry();
    if (fault !== undefined) return fault;
    this.#entry = entry;
    this.#isDefined = entry.isData;
    const { kind, name, schema = '', owner } = entry;
    if (kind === 'EXTENSION') this.#tally.addExtension(name);
    if (owner !== undefined) this.#tally.addRole(owner);
    const isEverywhere = kind === 'SCHEMA' && name === 'public';
    if (!NO_OBJECTS.has(kind) && !isEverywhere) this.#tally.objects += 1;
    if (kind === 'TABLE DATA') {
      this.#data = { table: schema === '' ? name : `${schema}.${name}`, rows: 0, bytes: 0 };
    }
    return undefined;
  }

  #readOther(text: string): void {
    this.#origin = { ...readOrigin(text), ...this.#origin };
    // `-- *not* creating schema`: the whole definition of some.
    if (/^-- \*/.test(text)) this.#isDefined = true;
  }

  /** Of text with one character per byte. */
  decode(text: string): string {
    return this.encoding?.isUtf8 === true ? Buffer.from(text, 'latin1').toString('utf8') : text;
  }

  /** Before the next entry, or the end of a dump. */
  endEntry(): string | undefined {
    const fault = this.#isDefined ? this.#largeObjects.fault : 'nothing defines it';
    if (fault !== undefined) return fault;
    if (this.#data !== undefined) {
      const { table, bytes, rows } = this.#data;
      this.#tally.addTable(table, bytes, rows, this.isCluster ? this.database : undefined);
    }
    this.#data = undefined;
    this.#isDefined = true;
    return undefined;
  }

  endDump(): string | undefined {
    const fault = this.endEntry() ?? this.#largeObjects.openTransaction;
    if (fault !== undefined) return fault;
    this.#entry = undefined;
    if (this.database !== undefined) this.#databases.add(this.database);
    return undefined;
  }

  statement(
    statement: SqlStatement,
    bytes: number,
    head: () => string,
  ): CopyRows | string | undefined {
    const fault = this.#isDefined ? undefined : this.#define(head());
    if (fault !== undefined) return fault;
    switch (statement.command) {
      case 'INSERT':
        return this.#addInsert(statement, bytes, head);
      case 'COPY':
        return statement.isCopyFromHere()
          ? this.#beginCopy(statement, head())
          : 'COPY reads its rows from elsewhere';
      case 'CREATE': {
        const role = readRoleName(this.decode(head()));
        if (role !== undefined) this.#tally.addRole(role);
        return undefined;
      }
      case 'SELECT':
      case 'BEGIN':
      case 'COMMIT':
        return this.#largeObjects.read(statement.command, head(), bytes);
      default:
        return undefined;
    }
  }

  /** A statement may be what the comment before it announced. */
  #define(head: string): string | undefined {
    const entry = this.#entry;
    const defined = entry && readDefined(entry.kind, head);
    if (defined !== undefined) this.#isDefined = true;
    if (entry === undefined || defined?.name === undefined) return undefined;
    // The comment stands on one line, whatever is in the name.
    const name = this.decode(defined.name).replaceAll(/[\r\n]/g, ' ');
    const { schema = '' } = entry;
    return isSameName(name, { schema, name: entry.name })
      ? undefined
      : `the definition is that of ${name}`;
  }

  /** Without a comment before it, a statement names its table itself. */
  #dataOf(head: () => string): Data {
    this.#data ??= { table: readTableName(this.decode(head())), rows: 0, bytes: 0 };
    return this.#data;
  }

  #addInsert(statement: SqlStatement, bytes: number, head: () => string): string | undefined {
    const data = this.#dataOf(head);
    data.rows += statement.rows;
    data.bytes += bytes;
    if (statement.rows === 0) return 'an INSERT has no values';
    const expected = data.values ?? statement.values;
    data.values = expected;
    if (statement.values === expected) return undefined;
    return `row ${data.rows} has ${statement.values} values instead of ${expected}`;
  }

  #beginCopy(statement: SqlStatement, head: string): CopyRows {
    const { table } = this.#dataOf(() => head);
    // COPY may name another table than the comment: the root of a partition.
    this.#data = { table, rows: 0, bytes: 0 };
    const columns = (statement.names ?? 0) + (statement.hasOids ? 1 : 0);
    return new CopyRows({ columns, hasPlainBackslash: this.encoding?.hasPlainBackslash ?? true });
  }

  endRows({ rows, bytes }: CopyRows): void {
    if (this.#data === undefined) return;
    this.#data.rows += rows;
    this.#data.bytes += bytes;
  }

  contents(): DumpContents {
    for (const name of this.#databases) this.#tally.addDatabase(name);
    const [database] = this.#databases.size === 1 && !this.isCluster ? this.#databases : [];
    return this.#tally.contents({ ...this.#origin, ...(database !== undefined && { database }) });
  }
}
