import { readName } from './definition-words.ts';

/** The comment that pg_dump writes before each object. Source: _printTocEntry of pg_backup_archiver.c. */
export type EntryComment = {
  /** The object's data follows, or its statistics, and may be nothing at all. */
  isData: boolean;
  name: string;
  /** `TABLE`, `TABLE DATA`, `BLOBS` … */
  kind: string;
  schema?: string;
  owner?: string;
};

const ENTRY =
  /^-- (Data for |Statistics for )?Name: (.*); Type: ([A-Z][A-Z ]*); Schema: (.*); Owner:(?: (.*?))?(?:; Tablespace: .*)?$/;

export const readEntryComment = (text: string): EntryComment | undefined => {
  const [, data, name, kind, schema, owner] = ENTRY.exec(text) ?? [];
  if (name === undefined || kind === undefined) return undefined;
  return {
    isData: data !== undefined,
    name,
    kind,
    ...(schema !== undefined && schema !== '-' && { schema }),
    ...(owner !== undefined && owner !== '-' && { owner }),
  };
};

const VERSION = /^-- Dumped (from database|by pg_dump) version (\S.{0,120})$/;
/** With a zone's name that nobody else knows. */
const STARTED = /^-- Started on (\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)/;

export type Origin = { serverVersion?: string; dumpVersion?: string; createdAt?: string };

/** What a comment behind the header says of the dump. `createdAt` is by the clock on pg_dump's wall. */
export const readOrigin = (text: string): Origin => {
  const [, whose, version] = VERSION.exec(text) ?? [];
  if (version !== undefined) {
    return whose === 'by pg_dump' ? { dumpVersion: version } : { serverVersion: version };
  }
  const [, day, time] = STARTED.exec(text) ?? [];
  return day === undefined ? {} : { createdAt: `${day}T${time}` };
};

const NAME = String.raw`"(?:[^"]|"")*"|[^\s."(;]+`;
const TABLE = new RegExp(`^(?:COPY|INSERT INTO) ((?:${NAME})(?:\\.(?:${NAME}))?)`);
const ROLE = new RegExp(`^CREATE ROLE (${NAME})`);

/** The table that COPY or INSERT names, with its schema, unquoted. */
export const readTableName = (head: string): string => readName(TABLE.exec(head)?.[1] ?? 'a table');

export const readRoleName = (head: string): string | undefined => {
  const name = ROLE.exec(head)?.[1];
  return name === undefined ? undefined : readName(name);
};
